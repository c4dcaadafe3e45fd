/** Sub-path `flink-ts/testing`: the world of a job, turned by hand. */
export type { Clock, TimerHandle } from '../core/time/clock.js'
export { ManualClock } from '../core/time/manual-clock.js'
export type { Random } from '../core/random/random.js'
export { SeededRandom } from '../core/random/seeded-random.js'
