export { CATALOGUE } from './entries.js';
export { type CatalogueEntry, modelFromEntry } from './entry.js';
export { findEntry, nearestIds, searchCatalogue } from './find.js';
