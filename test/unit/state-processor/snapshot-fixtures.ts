/** What the tests of the state processor read and write: the snapshots of earlier versions, and directories of their own. */
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { defaultFileSystems } from '../../../src/core/fs/default-file-systems.js'
import type { FileSystem } from '../../../src/core/fs/file-system.js'
import { WorkingDirectories } from '../../../src/core/process/working-directories.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { SystemClock } from '../../../src/core/time/system-clock.js'
import { EVERYTHING, type EntryFilter } from '../../../src/state-processor/entry-filter.js'
import { exportEntries } from '../../../src/state-processor/entry-lines.js'
import { importEntries, type ImportedEntries } from '../../../src/state-processor/import-entries.js'
import { diffSnapshots } from '../../../src/state-processor/snapshot-diff.js'
import { SnapshotContents } from '../../../src/state-processor/snapshot-contents.js'
import type { StateProcessorServices } from '../../../src/state-processor/snapshot-source.js'
import { REPOSITORY } from '../../e2e/command-line.js'

export const FIXTURES: string = path.join(REPOSITORY, 'test/fixtures/snapshots')

/** Paths of all snapshots in a folder of fixtures, by version. */
export function snapshotsIn(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(FIXTURES, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => path.basename(file) === '_metadata')
      .map((file) => path.join(FIXTURES, folder, path.dirname(file)))
      .sort(),
  )
}

export function servicesIn(directory: string): StateProcessorServices {
  const random = new SeededRandom(1)
  const directories = new WorkingDirectories({ places: directory, prefix: 'aside', option: 'io.tmp.dirs', random })
  return {
    fileSystems: defaultFileSystems(),
    random,
    clock: new SystemClock(),
    createDirectory: () => directories.create('snapshot'),
  }
}

/** Gone after the test. */
export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'flink-ts-state-processor-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** In an order of their own, which is the same for the same entries. */
export async function linesOf(
  snapshot: string,
  services: StateProcessorServices,
  filter: EntryFilter = EVERYTHING,
): Promise<string[]> {
  const contents = await SnapshotContents.open(snapshot, services)
  const lines: string[] = []
  try {
    await exportEntries(contents, filter, (text) => lines.push(...text.trimEnd().split('\n')) > 0)
    return lines.sort()
  } finally {
    await contents.close()
  }
}

export async function diffOf(left: string, right: string, services: StateProcessorServices): Promise<string[]> {
  const [one, other] = [await SnapshotContents.open(left, services), await SnapshotContents.open(right, services)]
  const lines: string[] = []
  try {
    const take = (text: string): boolean => lines.push(...text.trimEnd().split('\n')) > 0
    await diffSnapshots(one, other, { filter: EVERYTHING, take })
    return lines
  } finally {
    await one.close()
    await other.close()
  }
}

export function importLines(
  from: string,
  lines: readonly string[],
  { to, services }: { readonly to: string; readonly services: StateProcessorServices },
): Promise<ImportedEntries> {
  // One byte at a time would be the same: pieces end anywhere.
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    await Promise.resolve()
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
  }
  return importEntries({ from, lines: pieces(), linesName: 'changes.jsonl', to, engineVersion: '9' }, services)
}

/** Puts a snapshot of the disk into another file system. */
export async function copyInto(snapshot: string, to: string, fileSystem: FileSystem): Promise<void> {
  await fileSystem.mkdirs(to)
  for (const name of readdirSync(snapshot)) {
    const writer = await fileSystem.openForWrite(`${to}/${name}`)
    await writer.write(readFileSync(path.join(snapshot, name)))
    await writer.sync()
    await writer.close()
  }
  await fileSystem.syncDirectory(to)
}

/** What there is in a directory, for a test that nothing is left. */
export function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : []
}
