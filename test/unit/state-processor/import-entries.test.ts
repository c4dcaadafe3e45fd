import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { InMemoryObjectStore } from '../../contract/core/in-memory-object-store.js'
import { inspectSnapshot } from '../../../src/state-processor/inspect-snapshot.js'
import { openSnapshot } from '../../../src/storage/snapshot-locator.js'
import {
  copyInto,
  diffOf,
  FIXTURES,
  importLines,
  linesOf,
  namesIn,
  servicesIn,
  snapshotsIn,
  temporaryDirectory,
} from './snapshot-fixtures.js'

const SAVEPOINT = path.join(FIXTURES, 'v6/savepoint')
const CHAIN = path.join(FIXTURES, 'v6/checkpoint/chk-72')
const COUNT = '{"operator":"by number","state":"count","key":1,'

function deletionOf(line: string): string {
  const { kind, value, ...named } = JSON.parse(line) as Record<string, unknown>
  assert.ok(kind !== undefined || value !== undefined)
  return JSON.stringify({ ...named, delete: true })
}

describe('Entries imported into a snapshot', () => {
  it('make a new savepoint in which they alone differ', async (t) => {
    const directory = await temporaryDirectory(t)
    const services = servicesIn(directory)
    const to = path.join(directory, 'new')
    const lines = [
      `${COUNT}"value":500}`,
      '{"operator":"by string","state":"values","key":"key 1","delete":true}',
      '{"operator":"by string","state":"values","key":"key 99","value":[1,2]}',
      '{"operator":"by bigint","state":"last","key":{"$bigint":"7"},"value":{"value":7,"tags":{"$set":["odd"]}}}',
      '{"operator":"by bigint","state":"count","key":{"$bigint":"12345"},"delete":true}',
      '{"operator":"numbers","state":"next","subtask":0,"index":0,"value":41}',
    ]
    const { path: written, ...counts } = await importLines(SAVEPOINT, lines, { to, services })
    assert.equal(written, to)
    assert.deepEqual(counts, { added: 1, replaced: 3, deleted: 1, missing: 1 })
    const before = await linesOf(SAVEPOINT, services)
    const after = await linesOf(to, services)
    assert.deepEqual(
      after.filter((line) => !before.includes(line)),
      [
        '{"operator":"by bigint","state":"last","kind":"value","key":{"$bigint":"7"},"value":{"value":7,"tags":{"$set":["odd"]}}}',
        '{"operator":"by number","state":"count","kind":"value","key":1,"value":500}',
        '{"operator":"by string","state":"values","kind":"list","key":"key 99","value":[1,2]}',
        '{"operator":"numbers","state":"next","kind":"operator-list","subtask":0,"index":0,"value":41}',
      ].filter((line) => !before.includes(line)),
    )
    assert.equal(after.length, before.length)
    const { metadata } = await openSnapshot(to, services.fileSystems)
    assert.deepEqual([metadata.isSavepoint, metadata.engineVersion, metadata.checkpointId], [true, '9', 61])
    assert.deepEqual(namesIn(directory), ['new'])
  })

  it('take -0 for the key 0, and only what says that it is a number of its own for another one', async (t) => {
    const directory = await temporaryDirectory(t)
    const services = servicesIn(directory)
    const lineOf = (key: string, value: number): string =>
      `{"operator":"by number","state":"count","key":${key},"value":${String(value)}}`
    const first = path.join(directory, 'first')
    await importLines(SAVEPOINT, [lineOf('0', 1)], { to: first, services })
    const request = { to: path.join(directory, 'second'), services }
    const { replaced, added } = await importLines(first, [lineOf('-0', 2), lineOf('-0.0', 3)], request)
    assert.deepEqual([replaced, added], [1, 0])
    const filter = { operators: ['by number'], states: ['count'], key: -0 }
    const line = '{"operator":"by number","state":"count","kind":"value","key":0,"value":3}'
    assert.deepEqual(await linesOf(request.to, services, filter), [line])

    const third = { to: path.join(directory, 'third'), services }
    const own = await importLines(first, [lineOf('{"$number":"-0"}', 4), lineOf('0', 5)], third)
    assert.deepEqual([own.replaced, own.added], [1, 1])
    const ofOwn = await linesOf(third.to, services, { ...filter, key: { $number: '-0' } })
    assert.deepEqual(ofOwn, [line.replace('"key":0,"value":3', '"key":{"$number":"-0"},"value":4')])
  })

  it('leave all bytes of key groups, states and operators as they are that no line names', async (t) => {
    const directory = await temporaryDirectory(t)
    const services = servicesIn(directory)
    const to = path.join(directory, 'new')
    await importLines(SAVEPOINT, [`${COUNT}"value":14}`], { to, services })
    const bytesIn = (snapshot: string): string[] =>
      readdirSync(snapshot)
        .filter((name) => name !== '_metadata')
        .map((name) => readFileSync(path.join(snapshot, name), 'latin1'))
    const [before, metadata] = [bytesIn(SAVEPOINT), readFileSync(path.join(to, '_metadata'), 'latin1')]
    // Small state lies in the metadata of the new one.
    const unchanged = before.filter((bytes) => metadata.includes(bytes))
    assert.ok(unchanged.length >= before.length - 1, `${String(unchanged.length)} of ${String(before.length)}`)
    const changed = before.find((bytes) => !metadata.includes(bytes)) ?? ''
    const halves = [changed.slice(0, 10), changed.slice(-200)]
    assert.ok(halves.every((bytes) => metadata.includes(bytes)))
  })

  for (const [what, snapshot] of [
    ['a savepoint', SAVEPOINT],
    ['a chain of changes', CHAIN],
    ['a savepoint of the first format', path.join(FIXTURES, 'v1/savepoint')],
    ['a savepoint of windows and timers', path.join(FIXTURES, 'time/v6/savepoint')],
    ['a savepoint with broadcast state', path.join(FIXTURES, 'disk/v6/savepoint')],
  ] as const) {
    it(`that were exported make ${what} of its own empty states`, async (t) => {
      const directory = await temporaryDirectory(t)
      const services = servicesIn(directory)
      const [empty, full] = [path.join(directory, 'empty'), path.join(directory, 'full')]
      const lines = await linesOf(snapshot, services)
      const removed = await importLines(snapshot, lines.map(deletionOf), { to: empty, services })
      assert.equal(removed.deleted, lines.length)
      assert.deepEqual(await linesOf(empty, services), [])
      const { added } = await importLines(empty, lines, { to: full, services })
      assert.equal(added, lines.length)
      assert.deepEqual(await linesOf(full, services), lines)
      assert.deepEqual(await diffOf(snapshot, full, services), [])
    })
  }

  it('that are a difference of two snapshots make the second of the first', async (t) => {
    const directory = await temporaryDirectory(t)
    const services = servicesIn(directory)
    const lines = await linesOf(SAVEPOINT, services)
    await fc.assert(
      fc.asyncProperty(fc.subarray(lines), fc.subarray(lines), fc.integer(), async (removed, changed, value) => {
        const [second, third] = [`second-${services.random.hex(8)}`, `third-${services.random.hex(8)}`]
        const counts = changed
          .filter((line) => line.includes('"state":"count"'))
          .map((line) => line.replace(/"value":.*/, `"value":${String(value)}}`))
        const changes = [...removed.map(deletionOf), ...counts]
        const to = path.join(directory, second)
        await importLines(SAVEPOINT, changes, { to, services })
        const difference = await diffOf(SAVEPOINT, to, services)
        const again = path.join(directory, third)
        await importLines(SAVEPOINT, difference, { to: again, services })
        assert.deepEqual(await linesOf(again, services), await linesOf(to, services))
      }),
      { numRuns: 5 },
    )
  })

  const refused: readonly (readonly [line: string, reason: RegExp])[] = [
    ['{', /Line 2 of changes.jsonl is refused: it is no JSON\. Nothing was written/],
    ['[]', /a line is an object/],
    ['{"operator":"by number","state":"count","key":1,"vale":3}', /field "vale"/],
    ['{"state":"count","key":1,"value":3}', /"operator" is to be/],
    ['{"operator":"by number","key":1,"value":3}', /"state" is to be/],
    ['{"operator":"by numbr","state":"count","key":1,"value":3}', /no operator 'by numbr'.*Did you mean 'by number'\?/],
    ['{"operator":"by number","state":"cuont","key":1,"value":3}', /no state 'cuont'.*Did you mean 'count'\?/],
    ['{"operator":"by number","state":"count","kind":"list","key":1,"value":[]}', /of the kind value/],
    ['{"operator":"by number","state":"count","kind":3,"key":1,"value":[]}', /"kind" is to be/],
    ['{"operator":"by number","state":"count","value":3}', /has no "key"/],
    ['{"operator":"by number","state":"count","key":1}', /has no "value"/],
    ['{"operator":"by number","state":"count","key":1,"value":"3"}', /the value is no LONG/],
    ['{"operator":"by number","state":"values","key":1,"value":3}', /a list in the value of a list state/],
    ['{"operator":"by number","state":"values","key":1,"value":[1,"x"]}', /the value is no LONG/],
    ['{"operator":"by number","state":"squares","key":1,"value":{"1":1}}', /the value of a map state/],
    [
      '{"operator":"by number","state":"squares","key":1,"value":{"$map":[[1,{"sqare":1}]]}}',
      /no OBJECT\(square: LONG\)/,
    ],
    [
      '{"operator":"by number","state":"count","key":"x","value":3}',
      /key is of the type string, and those of the operator are number/,
    ],
    ['{"operator":"by number","state":"count","key":null,"value":3}', /its key is none: it is null/],
    ['{"operator":"by number","state":"count","key":{"a":{"$up":1}},"value":3}', /or contains itself/],
    ['{"operator":"by number","state":"count","key":[[{"$up":1}]],"value":3}', /or contains itself/],
    ['{"operator":"by number","state":"count","key":{"$array":1e9,"fields":[]},"value":3}', /it is undefined/],
    ['{"operator":"by number","state":"count","key":1,"namespace":1,"value":3}', /no namespaces/],
    ['{"operator":"by number","state":"count","key":1,"subtask":1,"value":3}', /only elements of operator state/],
    ['{"operator":"by number","state":"count","key":1,"value":3,"delete":true}', /deletes has no "value"/],
    ['{"operator":"by number","state":"count","key":1,"value":3,"delete":"yes"}', /"delete" is to be/],
    ['{"operator":"by number","state":"count","key":1,"value":3,"diff":"more"}', /"diff" is to be/],
    ['{"operator":"by number","state":"count","key":{"$bigint":1},"value":3}', /\$bigint wants digits/],
    ['{"operator":"by number","state":"_timer_state/event_user-timers","key":1}', /has no "namespace"/],
    [
      '{"operator":"by number","state":"_timer_state/event_user-timers","key":1,"namespace":{},"value":1}',
      /number as its "timestamp"/,
    ],
    [
      '{"operator":"by number","state":"_timer_state/event_user-timers","key":1,"namespace":{"timestamp":1},"value":1}',
      /no "value"/,
    ],
    ['{"operator":"numbers","state":"next","key":1,"value":3}', /no "key" and no "namespace"/],
    ['{"operator":"numbers","state":"next","value":3}', /no "subtask" and "index"/],
    ['{"operator":"numbers","state":"next","subtask":-1,"index":0,"value":3}', /"subtask" is to be a whole number/],
    ['{"operator":"numbers","state":"next","subtask":1,"index":0,"value":3}', /the operator has 1 subtasks/],
  ]
  for (const [line, reason] of refused) {
    it(`are refused with their line, and nothing is written: ${line}`, async (t) => {
      const directory = await temporaryDirectory(t)
      const to = path.join(directory, 'new')
      await assert.rejects(
        importLines(SAVEPOINT, [`${COUNT}"value":3}`, line], { to, services: servicesIn(directory) }),
        (error) => {
          assert.ok(FlinkError.is(error, 'STATE_LINE_INVALID'), String(error))
          assert.match(error.message, reason)
          assert.equal(error.details['line'], 2)
          return true
        },
      )
      assert.deepEqual(namesIn(directory), [])
    })
  }

  it('are refused where they would leave a gap in a list', async (t) => {
    const directory = await temporaryDirectory(t)
    const line = '{"operator":"numbers","state":"next","subtask":0,"index":5,"value":3}'
    const to = path.join(directory, 'new')
    await assert.rejects(
      importLines(SAVEPOINT, [line], { to, services: servicesIn(directory) }),
      /leave a gap after 1 elements/,
    )
    assert.deepEqual(namesIn(directory), [])
  })

  it('never go where something is already', async (t) => {
    const directory = await temporaryDirectory(t)
    await assert.rejects(importLines(SAVEPOINT, [], { to: directory, services: servicesIn(directory) }), (error) => {
      return FlinkError.is(error, 'SNAPSHOT_TARGET_EXISTS') && error.message.includes(directory)
    })
  })

  it('never go where another process has put a savepoint meanwhile, of which nothing is removed', async () => {
    class Shared extends InMemoryObjectStore {
      override async createNew(path: string, bytes: Uint8Array): Promise<boolean> {
        await super.createNew(path, new TextEncoder().encode('of another'))
        return super.createNew(path, bytes)
      }
    }
    const store = new Shared()
    await copyInto(SAVEPOINT, '/from', store)
    const services = { ...servicesIn('/tmp'), fileSystems: new FileSystems().register('file', store) }
    await assert.rejects(importLines('/from', [`${COUNT}"value":500}`], { to: '/new', services }), {
      code: 'CHECKPOINT_STORAGE_FAILED',
      message: /another process has put a file there/,
    })
    assert.equal(new TextDecoder().decode(await store.readFile('/new/_metadata')), 'of another')
  })

  for (const make of [InMemoryFileSystem, InMemoryObjectStore])
    it(`are in a savepoint that is whole or not there, wherever the disk is full: ${make.name}`, async () => {
      const services = { ...servicesIn('/tmp'), fileSystems: new FileSystems() }
      const lines = [`${COUNT}"value":500}`]
      let succeeded = false
      for (let failing = 1; !succeeded; failing += 1) {
        const disk = new make()
        await copyInto(SAVEPOINT, '/from', disk)
        const onDisk = { ...services, fileSystems: new FileSystems().register('file', disk) }
        let count = 0
        disk.fault = (operation, file) => {
          if (!['create', 'write', 'sync', 'rename', 'mkdirs'].includes(operation)) return
          count += 1
          if (count === failing) throw new FlinkError('DISK_FULL', { path: file })
        }
        try {
          await importLines('/from', lines, { to: '/new', services: onDisk })
          succeeded = count < failing
        } catch (error) {
          assert.ok(FlinkError.is(error, 'DISK_FULL'), String(error))
        }
        disk.fault = () => undefined
        const names = (await disk.list('/')).map(({ name }) => name)
        const isThere = names.includes('new')
        assert.deepEqual(names, isThere ? ['from', 'new'] : ['from'], `operation ${String(failing)}`)
        if (isThere) assert.equal((await inspectSnapshot('/new', onDisk.fileSystems)).summary?.operators.length, 6)
        assert.ok(failing < 200)
      }
    })

  it('come from every fixture', async (t) => {
    const directory = await temporaryDirectory(t)
    const services = servicesIn(directory)
    for (const [index, snapshot] of snapshotsIn('v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8').entries()) {
      const to = path.join(directory, String(index))
      await importLines(snapshot, [`${COUNT}"value":500}`], { to, services })
      assert.deepEqual(await diffOf(snapshot, to, services), [
        '{"diff":"changed","operator":"by number","state":"count","kind":"value","key":1,"before":13,"value":500}',
      ])
    }
  })
})
