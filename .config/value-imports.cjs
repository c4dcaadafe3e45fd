/**
 * Cycles of imports that are there when the program runs: `import type` is not. Here stands for the folders in which
 * .dependency-cruiser.cjs lets types go round. It is a cruise of its own, because that one reports a single cycle for an
 * import, and a cycle through types would hide one of values.
 */
const { options } = require('../.dependency-cruiser.cjs')

module.exports = {
  forbidden: [{ name: 'no-cycle-of-values', severity: 'error', from: {}, to: { circular: true } }],
  options: { ...options, tsPreCompilationDeps: false },
}
