/** Short names for what the server and the page exchange; the shapes come from the OpenAPI document. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Item = Schemas['ItemAnswer'];
export type Lora = Schemas['LoraAnswer'];
export type Recipe = Schemas['RecipeAnswer'];
export type ImageDetail = Schemas['ImageAnswer'];
export type Origin = Schemas['OriginAnswer'];
export type Explanation = Schemas['ExplanationAnswer'];
export type FacetValue = Schemas['FacetAnswer'];
export type SearchResult = Schemas['SearchAnswer'];
export type Group = Schemas['GroupAnswer'];
export type Root = Schemas['RootAnswer'];
export type ScanRun = Schemas['ScanAnswer'];
export type Status = Schemas['StatusAnswer'];
export type Written = Schemas['WrittenAnswer'];
export type Undone = Schemas['UndoneAnswer'];
export type Imported = Schemas['ImportedAnswer'];
export type ErrorBody = Schemas['Problem'];

/** What a change sets; keys that are absent stay as they are. */
/** Captions are written on their own (api/panel). */
export type Change = Partial<Omit<Schemas['CurationSet'], 'caption'>>;

export type CurationRequest = Partial<Omit<Schemas['CurationRequest'], 'set'>> & { set: Change };
