/** Pages of Civitai. Nothing is asked there before somebody opens one. */

/** The page of a model: of the version that a file is, where its number is known. Empty where neither is. */
export function modelPage(host: string, model: number | null, version: number | null): string {
  if (!host) return '';
  if (model !== null) return `${host}/models/${model}${version === null ? '' : `?modelVersionId=${version}`}`;
  return version === null ? '' : `${host}/model-versions/${version}`;
}
