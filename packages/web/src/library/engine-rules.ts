// A part of the build of its own: the rules of all engines, which the opening picture does not need.
export { budgetNamed, engineNamed, weightsInFormat } from '@kv/core';
