import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/state/address.js';
import { DEFAULT_STATE, SEED_DESIGN } from '../../src/state/state.js';

describe('a link of version 1', () => {
  it("is a design row with the first page's defaults", () => {
    expect(parseAddress('?v=1&n_layers=32&latent_dim=576&batch_size=8&y_axis=log')).toEqual({
      state: {
        ...DEFAULT_STATE,
        rows: [{ ...SEED_DESIGN, knobs: { ...SEED_DESIGN.knobs, 'n-layers': '32', 'latent-dim': '576' } }],
        sequences: '8',
        minContext: '256',
        maxContext: '128k',
        xAxis: 'log',
        yAxis: 'log',
        units: 'GB',
      },
      problems: [],
    });
  });

  it('keeps dtypes that differ, and clears what it cleared', () => {
    const { state } = parseAddress('?v=1&key_dtype=q8_0&value_dtype=q4_0&n_kv_groups=');
    expect(state.rows).toMatchObject([
      { keyDtype: 'q8_0', valueDtype: 'q4_0', knobs: { 'n-kv-groups': '' } },
    ]);
    expect(parseAddress('?v=1&key_dtype=fp8_e4m3&value_dtype=fp8_e4m3').state.rows).toMatchObject([
      { keyDtype: 'fp8_e4m3', valueDtype: '' },
    ]);
  });

  it('names what it does not understand', () => {
    expect(parseAddress('?v=1&bogus=1&theme=blue').problems).toEqual([
      'The link\'s "bogus" is not known and was left out.',
      'The link\'s theme is "blue"; it must be one of auto, light, dark.',
    ]);
  });

  it('is written as the newest version', () => {
    const { state } = parseAddress('?v=1');
    expect(parseAddress(formatAddress(state))).toEqual({ state, problems: [] });
    expect(formatAddress(state)).toMatch(/^\?v=2&design=/);
  });
});
