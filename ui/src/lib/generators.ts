import type { Recipe } from '../api/types';

/** What programs that make pictures call themselves; the language of queries knows them by short names. */
const TITLES: Readonly<Record<string, string>> = {
  automatic1111: 'AUTOMATIC1111',
  civitai: 'Civitai',
  comfyui: 'ComfyUI',
  drawthings: 'Draw Things',
  easydiffusion: 'Easy Diffusion',
  fooocus: 'Fooocus',
  'fooocus-mre': 'Fooocus-MRE',
  forge: 'Forge',
  huggingface: 'Hugging Face Space',
  imaginairy: 'imaginAIry',
  invokeai: 'InvokeAI',
  kohya: 'kohya sd-scripts',
  mflux: 'mflux',
  midjourney: 'Midjourney',
  mochidiffusion: 'Mochi Diffusion',
  novelai: 'NovelAI',
  ruinedfooocus: 'RuinedFooocus',
  sdnext: 'SD.Next',
  stabilitymatrix: 'Stability Matrix',
  'stable-diffusion': 'Stable Diffusion',
  'stable-diffusion-cpp': 'stable-diffusion.cpp',
  swarmui: 'SwarmUI',
  tensorart: 'Tensor.Art',
  wan2gp: 'Wan2GP',
};

/** The program's own name; that of a plugin's program is its short name. */
export const generatorTitle = (name: string): string => TITLES[name] ?? name;

/** With its version, where the picture says it; "" for no program. */
export const generatorText = (recipe: Pick<Recipe, 'generator' | 'generator_version'>): string =>
  [generatorTitle(recipe.generator), recipe.generator_version].filter(Boolean).join(' ');
