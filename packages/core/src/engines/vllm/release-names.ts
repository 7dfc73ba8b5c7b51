import type { ReleaseNames } from '../release-place.js';

/** The releases that have a record in `releases.ts`, newest first: settings offer them without loading the records. */
export const VLLM_RELEASE_NAMES: ReleaseNames = {
  engine: 'vLLM',
  lineLength: 2,
  names: [
    '0.33',
    '0.32',
    '0.31',
    '0.30',
    '0.29',
    '0.28',
    '0.27',
    '0.26',
    '0.25',
    '0.24',
    '0.23',
    '0.22',
    '0.21',
    '0.20.1',
    '0.20',
    '0.19',
    '0.18',
    '0.17',
    '0.16',
    '0.15',
    '0.14',
    '0.13',
    '0.12',
    '0.11',
    '0.10',
  ],
};
