import type { ReleaseNames } from '../release-place.js';

/** The releases that have a record in `releases.ts`, newest first: settings offer them without loading the records. */
export const TRANSFORMERS_RELEASE_NAMES: ReleaseNames = {
  engine: 'transformers',
  lineLength: 2,
  names: [
    '5.24',
    '5.23',
    '5.22',
    '5.21',
    '5.20',
    '5.19',
    '5.18',
    '5.17',
    '5.16',
    '5.15',
    '5.14',
    '5.13',
    '5.12',
    '5.11',
  ],
};
