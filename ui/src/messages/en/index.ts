/** The English texts, one file per subject; their keys are the keys of every language. */
import common from './common.json';
import grid from './grid.json';
import selection from './selection.json';
import sort from './sort.json';
import status from './status.json';
import search from './search.json';
import filter from './filter.json';
import viewer from './viewer.json';
import compare from './compare.json';
import inspect from './inspect.json';
import panel from './panel.json';
import workflow from './workflow.json';
import sidebar from './sidebar.json';
import folders from './folders.json';
import albums from './albums.json';
import tags from './tags.json';
import enrich from './enrich.json';
import files from './files.json';
import prompts from './prompts.json';
import models from './models.json';
import trash from './trash.json';
import keys from './keys.json';
import commands from './commands.json';
import palette from './palette.json';
import settings from './settings.json';
import jobs from './jobs.json';
import welcome from './welcome.json';
import toasts from './toasts.json';
import errors from './errors.json';
import history from './history.json';
import told from './told.json';

export default {
  common,
  grid,
  selection,
  sort,
  status,
  search,
  filter,
  viewer,
  compare,
  inspect,
  panel,
  workflow,
  sidebar,
  folders,
  albums,
  tags,
  enrich,
  files,
  prompts,
  models,
  trash,
  keys,
  commands,
  palette,
  settings,
  jobs,
  welcome,
  toasts,
  errors,
  history,
  told,
};
