/**
 * Sub-path `flink-ts/testing`: the world of a job, turned by hand.
 *
 * @module flink-ts/testing
 */
export type { Clock, TimerHandle } from '../core/time/clock.js'
export { ManualClock } from '../core/time/manual-clock.js'
export type { Random } from '../core/random/random.js'
export { SeededRandom } from '../core/random/seeded-random.js'
