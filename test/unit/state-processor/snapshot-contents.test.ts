import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { defaultFileSystems } from '../../../src/filesystems/default-file-systems.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { loadKvDriver } from '../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import { EVERYTHING } from '../../../src/state-processor/entry-filter.js'
import { inspectSnapshot } from '../../../src/state-processor/inspect-snapshot.js'
import { SnapshotContents } from '../../../src/state-processor/snapshot-contents.js'
import { listStates } from '../../../src/state-processor/state-list.js'
import { FIXTURES, linesOf, servicesIn, snapshotsIn, temporaryDirectory } from './snapshot-fixtures.js'

const VERSIONS = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'] as const
const TTL = path.join(FIXTURES, 'ttl/v6')
const TTL_TYPES: Readonly<Record<string, readonly [type: string, schemaVersion: number]>> = {
  next: ['OBJECT(next: LONG)', 2],
  '_timer_state/event_user-timers': ['PRESENCE', 0],
  '_timer_state/processing_user-timers': ['PRESENCE', 0],
  count: ['TTL(LONG)', 0],
  values: ['TTL(LONG)', 0],
  texts: ['LONG => TTL(STRING)', 0],
  greatest: ['TTL(LONG)', 0],
  mean: ['TTL(GENERIC)', 0],
  over: ['TTL(STRING)', 0],
  'over in a list': ['TTL(LONG)', 0],
  'over in a map': ['STRING => TTL(LONG)', 0],
  given: ['LONG', 0],
  taken: ['TTL(LONG)', 0],
  value: ['OBJECT(pages: INT)', 2],
  list: ['OBJECT(pages: INT)', 2],
  map: ['STRING => OBJECT(pages: INT)', 2],
  both: ['TTL(OBJECT(pages: INT))', 2],
}
const fileSystems = defaultFileSystems()

/** Only when they were written differs. */
function withoutTimes(line: string): string {
  return line.replaceAll(/"lastAccess":\d+/g, '"lastAccess":then')
}

async function rocksDbIsMissing(): Promise<string | false> {
  return loadKvDriver('rocksdb').then(
    () => false,
    (error: unknown) => String(error),
  )
}

describe('The entries of a snapshot', () => {
  it('are the same in every version of the format, in whole state and in a chain of changes', async (t) => {
    const services = servicesIn(await temporaryDirectory(t))
    const expected = await linesOf(path.join(FIXTURES, 'v1/savepoint'), services)
    assert.equal(expected.length, 176)
    assert.ok(expected.includes('{"operator":"by tuple","state":"count","kind":"value","key":[0,"x"],"value":20}'))
    assert.ok(
      expected.includes(
        '{"operator":"by bigint","state":"last","kind":"value","key":{"$bigint":"0"},"value":{"value":20,"tags":{"$set":["even"]}}}',
      ),
    )
    const snapshots = snapshotsIn(...VERSIONS)
    assert.equal(snapshots.length, 2 * VERSIONS.length)
    for (const snapshot of snapshots) assert.deepEqual(await linesOf(snapshot, services), expected, snapshot)
  })

  it('are those of windows, sessions, a join and timers as well', async (t) => {
    const services = servicesIn(await temporaryDirectory(t))
    const lines = await linesOf(path.join(FIXTURES, 'time/v6/savepoint'), services)
    const window =
      '{"operator":"tumbling","state":"window-contents","kind":"list","key":1,"namespace":{"start":28000,"end":35000},'
    assert.ok(lines.includes(`${window}"value":[28,31,34]}`))
    const timer = '"namespace":{"timestamp":34999,"namespace":{"start":28000,"end":35000}}}'
    assert.ok(lines.some((line) => line.includes('"operator":"tumbling"') && line.endsWith(timer)))
    const kinds = new Set(lines.map((line) => /"operator":"([^"]*)"/.exec(line)?.[1] ?? ''))
    assert.deepEqual([...kinds].sort(), [
      'join',
      'late panes',
      'merging',
      'numbers',
      'panes',
      'sessions',
      'timers',
      'tumbling',
    ])
  })

  it('are the same in the files of RocksDB, in a chain of LMDB and in a savepoint', async (t) => {
    const missing = await rocksDbIsMissing()
    const directory = await temporaryDirectory(t)
    const services = servicesIn(directory)
    const ofDisk = path.join(FIXTURES, 'disk/v6')
    const expected = await linesOf(path.join(ofDisk, 'lmdb-checkpoint/chk-2'), services)
    assert.equal(expected.length, 91)
    const others = missing === false ? ['savepoint', 'rocksdb-checkpoint/chk-2'] : ['savepoint']
    for (const other of others) {
      const withoutClock = (lines: readonly string[]): string[] => lines.filter((line) => !line.includes('processing'))
      assert.deepEqual(withoutClock(await linesOf(path.join(ofDisk, other), services)), withoutClock(expected), other)
    }
  })

  it('with a time to live and in a schema of a later version are the same in every form', async (t) => {
    const services = servicesIn(await temporaryDirectory(t))
    const forms = ['savepoint', 'checkpoint/chk-2', 'lmdb-checkpoint/chk-2', 'rocksdb-checkpoint/chk-2']
    const readable = (await rocksDbIsMissing()) === false ? forms : forms.slice(0, 3)
    const [expected, ...others] = await Promise.all(
      readable.map(async (form) => (await linesOf(path.join(TTL, form), services)).map(withoutTimes)),
    )
    assert.equal(expected?.length, 12 * 10 + 9 * 4 + 1)
    for (const lines of others) assert.deepEqual(lines, expected)
    const timed = [3, 15, 27, 39].map((value) => `{"value":${String(value)},"lastAccess":then}`)
    for (const line of [
      '{"operator":"lasting","state":"count","kind":"value","key":"key 3","value":{"value":4,"lastAccess":then}}',
      `{"operator":"lasting","state":"over in a list","kind":"list","key":"key 3","value":[${timed.join()}]}`,
      '{"operator":"lasting","state":"given","kind":"value","key":"key 3","value":4}',
      '{"operator":"versions","state":"value","kind":"value","key":3,"value":{"pages":5,"from":"here"}}',
      '{"operator":"versions","state":"both","kind":"value","key":3,"value":{"value":{"pages":5,"from":"here"},"lastAccess":then}}',
      '{"operator":"numbers","state":"next","kind":"operator-list","subtask":0,"index":0,"value":{"next":40,"from":"here"}}',
    ]) {
      assert.ok(expected.includes(line), line)
    }
  })

  it('are counted exactly by ls, where inspect tells at most how many there are', async (t) => {
    const services = servicesIn(await temporaryDirectory(t))
    const checkpoint = path.join(FIXTURES, 'v6/checkpoint/chk-72')
    const contents = await SnapshotContents.open(checkpoint, services)
    const listed = await listStates(contents, { operators: ['by bigint'], states: ['count'] })
    assert.deepEqual(listed, [
      {
        operator: 'by bigint',
        operatorName: 'KeyedProcess',
        state: 'count',
        kind: 'value',
        type: 'LONG',
        schemaVersion: 0,
        namespaces: null,
        entries: 20,
      },
    ])
    const { summary } = await inspectSnapshot(checkpoint, fileSystems)
    const operator = summary?.operators.find(({ uid }) => uid === 'by bigint')
    const count = operator?.states.find(({ name }) => name === 'count')
    assert.deepEqual([count?.entries, count?.entriesAtMost], [24, true])
  })

  it('of one key, state and operator are found, and of a name that is not there is said which there are', async (t) => {
    const services = servicesIn(await temporaryDirectory(t))
    const savepoint = path.join(FIXTURES, 'v6/savepoint')
    const filter = { operators: ['by tuple'], states: ['count', 'greatest'], key: [1, 'x'] }
    assert.deepEqual(await linesOf(savepoint, services, filter), [
      '{"operator":"by tuple","state":"count","kind":"value","key":[1,"x"],"value":20}',
      '{"operator":"by tuple","state":"greatest","kind":"reducing","key":[1,"x"],"value":39}',
    ])
    await assert.rejects(linesOf(savepoint, services, { ...EVERYTHING, states: ['cuont'] }), (error) => {
      return FlinkError.is(error, 'SNAPSHOT_CONTENT_UNKNOWN') && error.message.endsWith(`Did you mean 'count'?`)
    })
    await assert.rejects(
      linesOf(savepoint, services, { ...EVERYTHING, operators: ['by numbr'] }),
      /Did you mean 'by number'/,
    )
  })

  it('come with word of how far they are, key group by key group', async (t) => {
    const told: string[] = []
    const onProgress = (howFar: string): unknown => told.push(howFar)
    const services = { ...servicesIn(await temporaryDirectory(t)), onProgress }
    await linesOf(path.join(FIXTURES, 'v6/savepoint'), services, { operators: ['by tuple'], states: [] })
    const keyGroups = Array.from({ length: 128 }, (_, index) => `KeyedProcess, key group ${String(index + 1)} of 128`)
    // Those after the last entry are not looked for.
    assert.ok(told.length > 100)
    assert.deepEqual(told, keyGroups.slice(0, told.length))
    if ((await rocksDbIsMissing()) !== false) return
    await linesOf(path.join(TTL, 'rocksdb-checkpoint/chk-2'), services, { operators: ['lasting'], states: ['count'] })
    assert.equal(told.filter((howFar) => howFar === 'KeyedProcess, files of rocksdb').length, 2)
  })

  it('stop coming when nobody takes them any more', async (t) => {
    const services = servicesIn(await temporaryDirectory(t))
    const contents = await SnapshotContents.open(path.join(FIXTURES, 'v6/savepoint'), services)
    let visited = 0
    const visitor = { keyed: () => (visited += 1), element: () => (visited += 1), pause: () => false }
    assert.equal(await contents.visit(EVERYTHING, visitor), false)
    assert.ok(visited < 10, String(visited))
  })
})

describe('Looking into a snapshot', () => {
  it('tells times to live and versions of schemas, in every form alike', async (t) => {
    const services = servicesIn(await temporaryDirectory(t))
    for (const form of ['savepoint', 'rocksdb-checkpoint/chk-2']) {
      const { summary } = await inspectSnapshot(path.join(TTL, form), fileSystems)
      const states = summary?.operators.flatMap((operator) => operator.states) ?? []
      const types = Object.fromEntries(states.map(({ name, type, schemaVersion }) => [name, [type, schemaVersion]]))
      assert.deepEqual(types, TTL_TYPES, form)
    }
    const contents = await SnapshotContents.open(path.join(TTL, 'checkpoint/chk-2'), services)
    const listed = await listStates(contents, { operators: ['versions'], states: ['value', 'list', 'map', 'both'] })
    assert.deepEqual(
      listed.map(({ state, type, schemaVersion, entries }) => [state, type, schemaVersion, entries]),
      ['value', 'list', 'map', 'both'].map((state) => [state, ...(TTL_TYPES[state] ?? []), 9]),
    )
  })

  it('names operators, states, types and sizes of every fixture', async () => {
    for (const snapshot of snapshotsIn('.')) {
      const { summary } = await inspectSnapshot(snapshot, fileSystems)
      assert.ok(summary !== undefined && summary.sizeBytes > 0, snapshot)
      assert.ok(summary.operators.every(({ uid, parallelism }) => uid !== null && parallelism > 0))
      const known = summary.operators.flatMap(({ backend, states }) => (backend === undefined ? states : []))
      for (const { name, entries, sizeBytes } of known)
        assert.ok(entries !== null && sizeBytes !== null, `${snapshot}: ${name}`)
    }
  })

  it('counts the entries of whole state without reading them', async () => {
    const { summary } = await inspectSnapshot(path.join(FIXTURES, 'v6/savepoint/_metadata'), fileSystems)
    const operator = summary?.operators.find(({ uid }) => uid === 'by string')
    assert.deepEqual(
      operator?.states
        .filter(({ kind }) => kind !== 'priority-queue')
        .map(({ name, type, entries }) => [name, type, entries]),
      [
        ['count', 'LONG', 4],
        ['last', 'GENERIC', 4],
        ['values', 'LONG', 4],
        ['squares', 'LONG => OBJECT(square: LONG)', 4],
        ['greatest', 'LONG', 4],
        ['mean', 'GENERIC', 4],
      ],
    )
  })

  it('does not count what only the files of a backend tell', async () => {
    const { summary } = await inspectSnapshot(path.join(FIXTURES, 'disk/v6/rocksdb-checkpoint/chk-2'), fileSystems)
    const keyed = summary?.operators.filter(({ backend }) => backend === 'rocksdb') ?? []
    assert.ok(keyed.length > 0)
    assert.ok(keyed.every(({ states }) => states.every(({ entries }) => entries === null)))
  })

  it('lists the snapshots of a directory, the newest first', async () => {
    const { listing } = await inspectSnapshot(path.join(FIXTURES, 'v6'), fileSystems)
    assert.deepEqual(
      listing?.map(({ kind }) => kind),
      ['savepoint'],
    )
    const ofJob = await inspectSnapshot(path.join(FIXTURES, 'v6/checkpoint'), fileSystems)
    assert.deepEqual(
      ofJob.listing?.map(({ kind, checkpointId }) => [kind, checkpointId]),
      [['checkpoint', 72]],
    )
  })
})
