import { existsSync, renameSync, rmSync } from 'node:fs'

/**
 * Makes room for a new file of that name: the one that is there becomes `<file>.1`, that one `<file>.2`, up to `most` of them,
 * of which the oldest goes. As Flink's scripts do it with the logs of a cluster.
 */
export function rotateFile(file: string, most: number): void {
  if (!existsSync(file)) return
  const nameOf = (number: number): string => (number === 0 ? file : `${file}.${String(number)}`)
  rmSync(nameOf(most), { force: true })
  for (let number = most - 1; number >= 0; number -= 1) {
    if (existsSync(nameOf(number))) renameSync(nameOf(number), nameOf(number + 1))
  }
}
