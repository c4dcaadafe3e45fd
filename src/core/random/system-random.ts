import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import type { Random } from './random.js'

/** The operating system's randomness. */
export class SystemRandom implements Random {
  nextInt(bound: number): number {
    return randomInt(bound)
  }

  hex(digits: number): string {
    return randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits)
  }

  uuid(): string {
    return randomUUID()
  }
}
