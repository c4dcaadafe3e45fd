/** What the tests of the state processor read and write: the snapshots of earlier versions, and directories of their own. */
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { defaultFileSystems } from '../../../src/filesystems/default-file-systems.js'
import type { FileSystem } from '../../../src/core/fs/file-system.js'
import { crc32c } from '../../../src/core/memory/crc32c.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { WorkingDirectories } from '../../../src/core/process/working-directories.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { SystemClock } from '../../../src/core/time/system-clock.js'
import { EVERYTHING, type EntryFilter } from '../../../src/state-processor/entry-filter.js'
import { exportEntries } from '../../../src/state-processor/entry-lines.js'
import { importEntries, type ImportedEntries } from '../../../src/state-processor/import-entries.js'
import { diffSnapshots } from '../../../src/state-processor/snapshot-diff.js'
import { SnapshotContents } from '../../../src/state-processor/snapshot-contents.js'
import type { StateProcessorServices } from '../../../src/state-processor/snapshot-source.js'
import { writeNewSnapshot } from '../../../src/state-processor/new-snapshot.js'
import type { OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import { openSnapshot } from '../../../src/storage/snapshot-locator.js'
import type {
  KeyedStateHandle,
  OperatorStateHandle,
  StateMetadata,
  StreamStateHandle,
} from '../../../src/storage/state-handles.js'
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

export async function diffOf(
  left: string,
  right: string,
  services: StateProcessorServices,
  filter: EntryFilter = EVERYTHING,
): Promise<string[]> {
  const [one, other] = [await SnapshotContents.open(left, services), await SnapshotContents.open(right, services)]
  const lines: string[] = []
  try {
    const take = (text: string): boolean => lines.push(...text.trimEnd().split('\n')) > 0
    await diffSnapshots(one, other, { filter, take }, services)
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

/** A savepoint of a job with these operators, which a program need not have. */
export async function makeSnapshot(
  to: string,
  operators: readonly OperatorState[],
  services: StateProcessorServices,
): Promise<string> {
  const { metadata } = await openSnapshot(path.join(FIXTURES, 'v6/savepoint'), services.fileSystems)
  const of = { metadata: { ...metadata, isDrained: true }, externalPath: '' }
  return writeNewSnapshot(to, { of, engineVersion: '9' }, services, () => Promise.resolve(operators))
}

export function operatorOf(
  uid: string,
  subtasks: OperatorState['subtasks'],
  more: Partial<OperatorState> = {},
): OperatorState {
  const operatorId = Buffer.from(uid.padEnd(16)).toString('hex').slice(0, 32)
  const parallelism = subtasks.length
  return { operatorId, uid, name: uid, parallelism, maxParallelism: 128, fullyFinished: false, subtasks, ...more }
}

export function inline(bytes: Uint8Array): StreamStateHandle {
  return { kind: 'inline', bytes, crc32c: crc32c(bytes) }
}

/** Elements of one state of a subtask; `write` writes each of them. */
export function elementsHandle(
  metadata: StateMetadata,
  writers: readonly ((output: DataOutputView) => void)[],
): OperatorStateHandle {
  const output = new DataOutputView()
  const offsets = [0]
  for (const write of writers) {
    write(output)
    offsets.push(output.position)
  }
  return { states: [{ ...metadata, offsets }], handle: inline(output.toBytes()) }
}

export interface Place {
  readonly services: StateProcessorServices
  /** A path in the directory of the test. */
  readonly at: (name: string) => string
}

export async function placeOf(t: TestContext): Promise<Place> {
  const directory = await temporaryDirectory(t)
  return { services: servicesIn(directory), at: (name) => path.join(directory, name) }
}

export async function operatorIn(snapshot: string, { services }: Place): Promise<OperatorState> {
  const { metadata } = await openSnapshot(snapshot, services.fileSystems)
  return metadata.operators[0] ?? assert.fail()
}

/** Schema versions of all states, by name. */
export function versionsOf({ subtasks }: OperatorState): Record<string, number> {
  const handles = subtasks.flatMap((each) => [...(each?.managedKeyed ?? []), ...(each?.managedOperator ?? [])])
  const states = handles.flatMap<StateMetadata>(({ states: each }) => each)
  return Object.fromEntries(states.map(({ name, schemaVersion }) => [name, schemaVersion]))
}

export function keyedHandles({ subtasks }: OperatorState): KeyedStateHandle[] {
  return subtasks.flatMap((subtask) => subtask?.managedKeyed ?? [])
}
