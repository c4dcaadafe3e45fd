// Duty: state in files of a store, written again in the form that every backend reads, for those who look into a snapshot.
// Invariants: the files are copied into a directory of their own, where the store is opened, and are not changed. No type of a
// state needs to be known, but the names of the fields of its keys do.
// Thread: any; nothing else may wait for it.
import type { KeyKind } from '../../../../core/keygroups/canonical-key.js'
import type { WorkingDirectory } from '../../../../core/process/working-directories.js'
import type { Clock } from '../../../../core/time/clock.js'
import type { CheckpointStreamFactory } from '../../../../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle } from '../../../../storage/state-handles.js'
import type { KeyedStateReader } from '../keyed-state-backend.js'
import { TimeSlices } from '../time-slices.js'
import { loadKvDriver } from './drivers/load-kv-driver.js'
import { openStoreOfFiles } from './restore-files.js'
import { closePlaced } from './store-place.js'
import { WholeState } from './whole-snapshot.js'

export interface WholeStateOfFiles {
  readonly operatorName: string
  readonly keyKind: KeyKind
  readonly reader: KeyedStateReader
  readonly streams: CheckpointStreamFactory
  readonly clock: Clock
  readonly createDirectory: () => Promise<WorkingDirectory>
}

const DRIVER_MEMORY_BYTES = 64 * 1024 ** 2

/**
 * Undefined where there is no entry. Without the package of the driver STATE_STORE_UNAVAILABLE says what to install; only
 * RocksDB has files of its own.
 */
export async function writeWholeStateOfFiles(
  handle: KeyedStateHandle,
  { operatorName, keyKind, reader, streams, clock, createDirectory }: WholeStateOfFiles,
): Promise<KeyedStateHandle | undefined> {
  const driver = await loadKvDriver('rocksdb')
  const openStore = (directory: string): ReturnType<typeof driver.open> =>
    driver.open({ directory, memoryBytes: DRIVER_MEMORY_BYTES })
  const placed = await openStoreOfFiles(handle, { operatorName, reader, where: { driver, createDirectory, openStore } })
  const view = placed.store.view()
  try {
    const { keyGroups, states, keyShapes } = handle
    const waiting = new Set(placed.manifest.waiting)
    const whole = new WholeState({ keyKind, keyGroups, states, waiting, keyShapes, view })
    const slices = new TimeSlices({ clock, yieldToTask: () => Promise.resolve() })
    return await whole.write(await streams.createStream('EXCLUSIVE', 'NEVER'), slices)
  } finally {
    view.close()
    await closePlaced(placed)
  }
}
