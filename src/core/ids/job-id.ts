import type { Random } from '../random/random.js'

/** A new job id: 32 lower-case hex digits. */
export function generateJobId(random: Random): string {
  return random.hex(32)
}
