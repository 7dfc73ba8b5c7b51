export { formatAddress, parseAddress } from './address.js';
export {
  DEFAULT_STATE,
  DEFAULT_USE,
  KNOB_NAMES,
  type KnobName,
  MAX_ROWS,
  NO_KNOBS,
  type Row,
  type State,
  type Use,
} from './state.js';
export { rowOf } from './texts.js';
