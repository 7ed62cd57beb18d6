/** One door to the server: JSON in, JSON out, and two kinds of failure. */
import { t } from '../lib/messages.svelte';
import { failureText } from '../lib/told';
import type { ErrorBody } from './types';

/** The server answered and refused; `body` says why. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
  ) {
    super(body.message);
  }
}

/** The server did not answer at all. */
export class Unreachable extends Error {}

let unreachable: () => void = () => undefined;

/** Names who is told when a request got no answer. */
export function onUnreachable(listener: () => void): void {
  unreachable = listener;
}

function notAnswering(cause?: unknown): Unreachable {
  unreachable();
  return new Unreachable(t('errors.gone'), { cause });
}

export interface Options {
  signal?: AbortSignal;
}

interface Sent {
  headers: Record<string, string>;
  body: BodyInit;
}

const json = (body: unknown): Sent => ({ headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

async function request(method: string, path: string, sent: Sent | undefined, options: Options): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      signal: options.signal ?? null,
      credentials: 'same-origin',
      ...sent,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw notAnswering(error);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response: Response): Promise<Error> {
  const text = await response.text().catch(() => '');
  try {
    const { error } = JSON.parse(text) as { error?: ErrorBody };
    if (error?.message) return new Refused(response.status, { ...error, message: failureText(error.message, error.told) });
  } catch {
    // Not JSON: a proxy answered in the server's place.
  }
  if (response.status === 502 || response.status === 503 || response.status === 504) {
    return notAnswering();
  }
  return new Refused(response.status, { kind: 'http', message: t('errors.answered', { status: response.status }) });
}

export async function getJson<T>(path: string, options: Options = {}): Promise<T> {
  return (await (await request('GET', path, undefined, options)).json()) as T;
}

export async function getBytes(path: string, options: Options = {}): Promise<Uint8Array> {
  return new Uint8Array(await (await request('GET', path, undefined, options)).arrayBuffer());
}

export async function getFile(path: string, options: Options = {}): Promise<Blob> {
  return (await request('GET', path, undefined, options)).blob();
}

export async function send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown = {}, options: Options = {}): Promise<T> {
  const response = await request(method, path, json(body), options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Sends a file as it is, and tells how many bytes went; `fetch` does not know that. */
export function uploadTelling<T>(path: string, file: Blob, told: (bytes: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const sending = new XMLHttpRequest();
    const stop = (): void => sending.abort();
    signal.addEventListener('abort', stop);
    sending.open('POST', path);
    sending.setRequestHeader('Content-Type', 'application/octet-stream');
    sending.upload.onprogress = ({ loaded }) => told(loaded);
    sending.onload = () => {
      if (sending.status < 300) resolve(JSON.parse(sending.responseText) as T);
      else void refusal(new Response(sending.responseText, { status: sending.status })).then(reject);
    };
    sending.onerror = () => reject(notAnswering());
    sending.onabort = () => reject(new DOMException('', 'AbortError'));
    sending.onloadend = () => signal.removeEventListener('abort', stop);
    sending.send(file);
  });
}

/** Sends a file as it is. */
export async function upload<T>(path: string, file: Blob, options: Options = {}): Promise<T> {
  const sent: Sent = { headers: { 'Content-Type': 'application/octet-stream' }, body: file };
  return (await (await request('POST', path, sent, options)).json()) as T;
}
