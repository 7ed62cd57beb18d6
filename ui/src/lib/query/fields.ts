/** Fields of the query language that values of the details panel can be searched by. */
const FIELDS: ReadonlySet<string> = new Set([
  'model',
  'sampler',
  'scheduler',
  'generator',
  'steps',
  'cfg',
  'seed',
  'size',
]);

/** Whether the server understands `name:`; values of other fields are shown, but no link is made of them. */
export const isField = (name: string): boolean => FIELDS.has(name);
