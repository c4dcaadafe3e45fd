import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { FileSystem } from '../../src/core/fs/file-system.js'
import type { SeededRandom } from '../../src/core/random/seeded-random.js'
import type { CommandResult } from '../e2e/command-line.js'

export const WAIT_MS = 120_000

/** A directory of a file system that is none of this machine. */
export interface PlaceElsewhere {
  readonly fileSystem: FileSystem
  /** A URI; empty. */
  readonly directory: string
  /** For whoever is to find it. */
  readonly configuration: Readonly<Record<string, string>>
  /** Takes a part of the server away for a while; says which. */
  readonly disturb?: (random: SeededRandom) => Promise<string>
}

export type MakePlace = () => Promise<PlaceElsewhere>

export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const began = performance.now()
  while (performance.now() - began < WAIT_MS) {
    const found = await look()
    if (found !== undefined) return found
    await delay(100)
  }
  throw new Error(`waited in vain for ${what}`)
}

export function succeeded(result: CommandResult): string {
  assert.equal(result.exitCode, 0, result.stdout + result.stderr)
  return result.stdout
}

export async function put(fileSystem: FileSystem, file: string, text: string): Promise<void> {
  const writer = await fileSystem.openForWrite(file)
  await writer.write(new TextEncoder().encode(text))
  await writer.close()
}

/** URIs of all files below the directory that are not hidden; none where it is not there. */
export async function filesBelow(fileSystem: FileSystem, directory: string): Promise<string[]> {
  if ((await fileSystem.status(directory)) === undefined) return []
  const files: string[] = []
  for (const { name, path, isDirectory } of await fileSystem.list(directory)) {
    if (/^[._]/.test(name)) continue
    if (isDirectory) files.push(...(await filesBelow(fileSystem, path)))
    else files.push(path)
  }
  return files
}

/** Of all files that are not hidden, sorted. */
export async function linesIn(fileSystem: FileSystem, directory: string): Promise<string[]> {
  const lines: string[] = []
  for (const file of await filesBelow(fileSystem, directory)) {
    const text = new TextDecoder().decode(await fileSystem.readFile(file))
    lines.push(...text.split('\n').filter(Boolean))
  }
  return lines.sort()
}

/** Those that are complete, the newest last: `<checkpoints>/<jobId>/chk-7`. */
export async function checkpointsOf({ fileSystem }: PlaceElsewhere, directory: string): Promise<string[]> {
  const found: string[] = []
  if ((await fileSystem.status(directory)) === undefined) return found
  for (const { name, path } of await fileSystem.list(directory)) {
    if (!name.startsWith('chk-')) continue
    if ((await fileSystem.status(`${path}/_metadata`)) !== undefined) found.push(path)
  }
  return found.sort((one, other) => numberOf(one) - numberOf(other))
}

export function numberOf(checkpoint: string): number {
  return Number(/\d+$/.exec(checkpoint))
}

/** Once the job has completed so many more than it has now, the newest. */
export async function newestAfter(place: PlaceElsewhere, directory: string, more: number): Promise<string> {
  const before = numberOf((await checkpointsOf(place, directory)).at(-1) ?? '0')
  return eventually(`${String(more)} checkpoints in ${directory}`, async () => {
    const newest = (await checkpointsOf(place, directory)).at(-1)
    return newest !== undefined && numberOf(newest) >= before + more ? newest : undefined
  })
}
