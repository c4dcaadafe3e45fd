/**
 * What a misspelled name was most likely meant to be, for errors and warnings that say so.
 */

/** As many letters may be wrong: in a short name two make another word. */
const MOST_WRONG = 2
const MOST_WRONG_IN_SHORT = 1
const SHORT = 6

/** The one of `names` that differs in a letter or two, or in capitals, dots and dashes only; undefined without one. */
export function nearestName(given: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let least = MOST_WRONG + 1
  for (const name of names) {
    const most = name.length < SHORT ? MOST_WRONG_IN_SHORT : MOST_WRONG
    const distance = distanceOf(lettersOf(given), lettersOf(name), most)
    if (distance >= least) continue
    least = distance
    nearest = name
  }
  return nearest
}

/** What a name is compared by: its letters and digits, in small letters. */
export function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** Letters to add, to leave out, to change, or neighbours to swap, to come from one to the other; Infinity for more than `most`. */
export function distanceOf(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return Number.POSITIVE_INFINITY
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1]
      const changed = (last[column - 1] ?? 0) + (isSame ? 0 : 1)
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const swapped = isSwap ? (beforeLast[column - 2] ?? 0) + 1 : changed
      current.push(Math.min(changed, swapped, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    beforeLast = last
    last = current
  }
  const distance = last[to.length] ?? 0
  return distance > most ? Number.POSITIVE_INFINITY : distance
}
