// Duty: random characters in the paths of files whose names nobody has to guess: a store of objects that spreads its load by how keys
// begin has them in many places. As in Flink a part of a path stands for them (`s3.entropy.key`).
// Invariants: a path that is looked for never has that part in it; only who writes a file that something else names puts characters there.
// Thread: any.
import type { Random } from '../random/random.js'
import { parseFileUri } from './file-path.js'

const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const INSERTED = /^\/?[0-9A-Za-z]+\/?$/
const PLACE = /^[a-z][a-z0-9+.-]+:\/\/[^/]*\//

export class PathEntropy {
  readonly #key: string
  readonly #length: number
  readonly #random: Pick<Random, 'nextInt'>

  constructor(key: string, length: number, random: Pick<Random, 'nextInt'>) {
    this.#key = key
    this.#length = length
    this.#random = random
  }

  isIn(path: string): boolean {
    return this.#at(path) >= 0
  }

  /** The path where others look for it. */
  remove(path: string): string {
    return this.#replaced(path, () => '')
  }

  /** A path that nobody knows before. */
  inject(path: string): string {
    return this.#replaced(path, () => this.#characters())
  }

  #replaced(path: string, text: () => string): string {
    const at = this.#at(path)
    if (at < 0) return path
    return parseFileUri(path.slice(0, at) + text() + path.slice(at + this.#key.length)).path
  }

  /** The name of a bucket stays. */
  #at(path: string): number {
    const from = PLACE.exec(path)?.[0].length
    return from === undefined ? -1 : path.indexOf(this.#key, from)
  }

  #characters(): string {
    const drawn = Array.from({ length: this.#length }, () => CHARACTERS[this.#random.nextInt(CHARACTERS.length)])
    return drawn.join('')
  }
}

/**
 * Whether a directory is another one with random characters put in, not below it and not under another name: what lies there belongs to
 * the other. Nothing is asked of the configuration, which may be another one by now.
 */
export function isSpreadFrom(directory: string, other: string): boolean {
  const added = other.length - directory.length
  const name = directory.slice(directory.lastIndexOf('/'))
  const first = PLACE.exec(directory)?.[0].length
  if (added <= 0 || first === undefined || !other.endsWith(name)) return false
  for (let at = first; at <= directory.length - name.length + 1 && other.startsWith(directory.slice(0, at)); at += 1) {
    if (other.slice(at + added) === directory.slice(at) && INSERTED.test(other.slice(at, at + added))) return true
  }
  return false
}
