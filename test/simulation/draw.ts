import type { Random } from '../../src/core/random/random.js'

export function between(random: Random, least: number, greatest: number): number {
  return least + random.nextInt(greatest - least + 1)
}

export function oneOf<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[random.nextInt(choices.length)] ?? choices[0]
}

export function happens(random: Random, oneIn: number): boolean {
  return random.nextInt(oneIn) === 0
}
