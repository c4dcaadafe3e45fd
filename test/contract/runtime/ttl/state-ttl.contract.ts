import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  StateTtlConfig,
  type TtlStateVisibility,
  type TtlUpdateType,
} from '../../../../src/api/state/state-ttl-config.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import type { InternalMergingState } from '../../../../src/runtime/taskmanager/state/internal-state.js'
import type { BackendUnderTest } from '../state-backend.contract.js'
import { TTL_CONTEXTS, VALUE, type NamespaceUpdate, type TtlContext } from './ttl-contexts.js'
import { TtlStateUnderTest } from './ttl-state-under-test.js'

const TTL = 100

function configOf(updateType: TtlUpdateType, visibility: TtlStateVisibility, ttl = TTL): StateTtlConfig {
  return StateTtlConfig.newBuilder(ttl)
    .setUpdateType(updateType)
    .setStateVisibility(visibility)
    .disableCleanupInBackground()
    .build()
}

const EXACT_ON_WRITE = configOf('OnCreateAndWrite', 'NeverReturnExpired')
const RELAXED_ON_WRITE = configOf('OnCreateAndWrite', 'ReturnExpiredIfNotCleanedUp')
const EXACT_ON_READ = configOf('OnReadAndWrite', 'NeverReturnExpired')
const RELAXED_ON_READ = configOf('OnReadAndWrite', 'ReturnExpiredIfNotCleanedUp')

/** Flink's TtlStateTestBase: the same times, updates and expectations, a snapshot and restore wherever it has one. */
export function stateTtlContract(kind: BackendUnderTest, contexts: readonly TtlContext[] = TTL_CONTEXTS): void {
  lifeOfStateContract(kind, contexts)
  describe(`${kind.name}, a snapshot of state with a time to live`, () => {
    for (const context of contexts) {
      describe(context.name, () => {
        describeSnapshotCleanup(kind, context)
        describeChanges(kind, context)
      })
    }
  })
}

/** What of it every backend does whose snapshots know nothing of it. */
export function lifeOfStateContract(kind: BackendUnderTest, contexts: readonly TtlContext[] = TTL_CONTEXTS): void {
  describe(`${kind.name}, a state with a time to live`, () => {
    for (const context of contexts) {
      describe(context.name, () => {
        describeLife(kind, context)
        describeIds(kind, context)
        describeSnapshot(kind, context)
      })
    }
    it('has no value after null was put, even where expired ones are given out', async () => {
      const test = await TtlStateUnderTest.start(kind, VALUE, RELAXED_ON_WRITE)
      test.update(VALUE.updateUnexpired)
      test.assertGives(VALUE.getUnexpired)
      test.update(null)
      test.assertGives(VALUE.emptyValue)
    })
  })
}

type Action = (test: TtlStateUnderTest) => void

const update =
  (value: unknown): Action =>
  (test) => {
    test.update(value)
  }
const gives =
  (expected: unknown): Action =>
  (test) => {
    test.assertGives(expected)
  }

/** A snapshot and its restore before each of them. */
async function play(test: TtlStateUnderTest, steps: readonly (readonly [ms: number, action: Action])[]): Promise<void> {
  for (const [ms, action] of steps) {
    await test.takeAndRestoreSnapshot()
    action(test.at(ms))
  }
}

function describeLife(kind: BackendUnderTest, context: TtlContext): void {
  it('is empty where nothing was put', async () => {
    const test = await TtlStateUnderTest.start(kind, context, EXACT_ON_WRITE)
    test.assertGives(context.emptyValue)
  })

  const { updateEmpty, getUpdateEmpty, updateUnexpired, getUnexpired, updateExpired, getUpdateExpired } = context
  const { emptyValue } = context
  const startWith = (config: StateTtlConfig): Promise<TtlStateUnderTest> =>
    TtlStateUnderTest.start(kind, context, config)

  it('lives from its last write, to the millisecond, across snapshots', async () => {
    const test = await startWith(EXACT_ON_WRITE)
    await play(test, [
      [0, update(updateEmpty)],
      [20, gives(getUpdateEmpty)],
      [50, update(updateUnexpired)],
      [120, gives(getUnexpired)],
      [170, update(updateExpired)],
      [220, gives(getUpdateExpired)],
      [300, gives(emptyValue)],
    ])
    test.assertNothingStored()
  })

  it('is given out once more where that is asked for, and then no more', async () => {
    const test = await startWith(RELAXED_ON_WRITE)
    await play(test, [
      [0, update(updateEmpty)],
      [120, gives(getUpdateEmpty)],
    ])
    test.assertNothingStored()
    test.assertGives(emptyValue)
  })

  it('lives from its last read where that is asked for', async () => {
    const test = await startWith(EXACT_ON_READ)
    await play(test, [
      [0, update(updateEmpty)],
      [50, gives(getUpdateEmpty)],
      [120, gives(getUpdateEmpty)],
      [250, gives(emptyValue)],
    ])
    test.assertNothingStored()
  })

  it('is given out once more after its last read', async () => {
    const test = await startWith(RELAXED_ON_READ)
    await play(test, [
      [0, update(updateEmpty)],
      [50, gives(getUpdateEmpty)],
      [170, gives(getUpdateEmpty)],
    ])
    test.assertGives(emptyValue)
  })

  it('lives for ever with the longest time there is', async () => {
    const test = await startWith(configOf('OnCreateAndWrite', 'NeverReturnExpired', Number.MAX_SAFE_INTEGER))
    await play(test, [
      [10, update(updateEmpty)],
      [50, gives(getUpdateEmpty)],
    ])
  })

  const { merging } = context
  if (merging === undefined) return
  it('has no part in a merge of namespaces once it has expired', async () => {
    const test = await TtlStateUnderTest.start(kind, context, EXACT_ON_WRITE)
    const random = new SeededRandom(16)
    const twice = (...namespaces: string[]): NamespaceUpdate[] =>
      namespaces.flatMap((namespace) => [0, 1].map(() => [namespace, merging.updateOf(random.nextInt(1000))] as const))
    const apply = async (ms: number, updates: readonly NamespaceUpdate[]): Promise<void> => {
      test.at(ms)
      for (const [namespace, value] of updates) {
        test.state.setCurrentNamespace(namespace)
        test.update(value)
      }
      await test.takeAndRestoreSnapshot()
    }
    await apply(0, twice('expiredNamespace', 'expiredAndUpdatedNamespace'))
    const unexpired = twice('expiredAndUpdatedNamespace', 'unexpiredNamespace')
    await apply(120, unexpired)
    const final = twice('expiredAndUpdatedNamespace', 'unexpiredNamespace', 'finalNamespace')
    await apply(150, final)
    test.at(230)
    const state = test.state as InternalMergingState<string>
    state.mergeNamespaces('targetNamespace', [
      'unsetNamespace1',
      'unsetNamespace2',
      'expiredNamespace',
      'expiredAndUpdatedNamespace',
      'unexpiredNamespace',
      'finalNamespace',
    ])
    state.setCurrentNamespace('targetNamespace')
    test.assertGives(merging.resultOf(unexpired, final))
  })
}

type IdChanger = (test: TtlStateUnderTest, id: string) => void

const BY_KEY: IdChanger = (test, id) => test.withKey(id)
const BY_NAMESPACE: IdChanger = (test, id) => {
  test.withKey('defaultKey').state.setCurrentNamespace(id)
}

const IDS = [
  ['keys', BY_KEY],
  ['namespaces', BY_NAMESPACE],
] as const

function describeIds(kind: BackendUnderTest, context: TtlContext): void {
  for (const [ids, change] of IDS) {
    it(`has a time of its own for each of several ${ids}`, async () => {
      await testMultipleIds(kind, { context, config: EXACT_ON_WRITE, change, isTimeSetBack: false })
    })
  }
}

function describeSnapshotCleanup(kind: BackendUnderTest, context: TtlContext): void {
  for (const [ids, change] of IDS) {
    it(`leaves out what has expired of several ${ids}, so that no clock brings it back`, async () => {
      const config = StateTtlConfig.newBuilder(TTL).cleanupFullSnapshot().build()
      await testMultipleIds(kind, { context, config, change, isTimeSetBack: true })
    })
  }
}

async function testMultipleIds(
  kind: BackendUnderTest,
  {
    context,
    config,
    change,
    isTimeSetBack,
  }: { context: TtlContext; config: StateTtlConfig; change: IdChanger; isTimeSetBack: boolean },
): Promise<void> {
  const test = await TtlStateUnderTest.start(kind, context, config)
  const idAt = (ms: number, id: string): TtlStateUnderTest => {
    test.time.ms = ms
    change(test, id)
    return test
  }
  await test.takeAndRestoreSnapshot()
  idAt(0, 'id2').update(context.updateEmpty)
  await test.takeAndRestoreSnapshot()
  idAt(50, 'id1').update(context.updateEmpty)
  idAt(50, 'id2').update(context.updateUnexpired)
  test.time.ms = 120
  await test.takeAndRestoreSnapshot()
  idAt(120, 'id1').assertGives(context.getUpdateEmpty)
  idAt(120, 'id2').assertGives(context.getUnexpired)
  await test.takeAndRestoreSnapshot()
  idAt(170, 'id2').update(context.updateExpired)
  test.time.ms = 230
  await test.takeAndRestoreSnapshot()
  const then = isTimeSetBack ? 170 : 230
  idAt(then, 'id1').assertGives(context.emptyValue)
  idAt(then, 'id2').assertGives(context.getUpdateExpired)
  test.time.ms = 300
  await test.takeAndRestoreSnapshot()
  const atLast = isTimeSetBack ? 230 : 300
  idAt(atLast, 'id1').assertGives(context.emptyValue)
  idAt(atLast, 'id2').assertGives(context.emptyValue)
}

function describeSnapshot(kind: BackendUnderTest, context: TtlContext): void {
  it('is in a snapshot with the time that it had then, whatever happens afterwards', async () => {
    const test = await TtlStateUnderTest.start(kind, context, EXACT_ON_WRITE)
    test.at(0).withKey('k1').update(context.updateEmpty)
    test.at(50).withKey('k1').update(context.updateUnexpired)
    test.at(100).withKey('k2').update(context.updateEmpty)
    const snapshot = await test.snapshot()
    test.at(170).withKey('k1').update(context.updateExpired)
    test.withKey('k2').update(context.updateUnexpired)
    await test.restore(snapshot)
    test.at(180).withKey('k1').assertGives(context.emptyValue)
    test.withKey('k2').assertGives(context.getUpdateEmpty)
  })
}

function describeChanges(kind: BackendUnderTest, context: TtlContext): void {
  it('goes on without a time to live where it is restored without one', async () => {
    const test = await TtlStateUnderTest.start(kind, context, EXACT_ON_WRITE)
    test.at(0).update(context.updateEmpty)
    await test.restoreWithoutTtl(await test.snapshot())
    test.at(1000).assertGives(context.getUpdateEmpty)
    assert.equal(test.backend.numberOfEntries(), 1)
  })

  it('that was stored without a time to live has one from the restore on', async () => {
    const test = await TtlStateUnderTest.start(kind, context, undefined)
    test.at(0).update(context.updateEmpty)
    const snapshot = await test.snapshot()
    test.time.ms = 1000
    await test.restore(snapshot, EXACT_ON_WRITE)
    test.at(1099).assertGives(context.getUpdateEmpty)
    await test.takeAndRestoreSnapshot()
    test.at(1100).assertGives(context.emptyValue)
    test.assertNothingStored()
  })
}
