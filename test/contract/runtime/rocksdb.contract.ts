import type { KeyedStateSnapshot } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { RocksDBKeyedStateBackend } from '../../../src/runtime/taskmanager/state/rocksdb/rocksdb-keyed-state-backend.js'
import {
  cleanUpAfterEach,
  createDisk,
  diskUnderTest,
  rocksdbResources,
  type DiskUnderTest,
} from './rocksdb-under-test.js'
import { keyedStateBackendContract, type BackendUnderTest } from './state-backend.contract.js'
import { keyedStateBackendProperties } from './state-backend-properties.js'
import { namespacesContract } from './state-namespaces.contract.js'
import { priorityQueueContract } from './state-priority-queue.contract.js'
import { stateKindsContract } from './state-kinds.contract.js'
import { rescalingContract } from './state-rescaling.contract.js'
import { timersOfKeysContract } from './state-timers-of-keys.contract.js'
import { stateQueriesContract } from './state-queries.contract.js'
import { stateSafetyContract } from './state-safety.contract.js'

/** Each of its snapshots builds on the one before it, where that was written. */
class AlwaysIncremental extends RocksDBKeyedStateBackend {
  #lastId = 0

  override snapshot(): KeyedStateSnapshot {
    const baseCheckpointId = this.#lastId
    this.#lastId += 1
    return super.snapshot({ checkpointId: this.#lastId, baseCheckpointId })
  }
}

function incrementalOf(disk: DiskUnderTest): BackendUnderTest {
  const kind = diskUnderTest(disk)
  return {
    ...kind,
    name: `${kind.name} with increments`,
    create: (parameters) => createDisk(new AlwaysIncremental(parameters, rocksdbResources(disk))),
  }
}

/** So few that nearly every record finds nothing in memory. */
const TINY_BYTES = 2000

/** All that a backend promises: whole snapshots with hardly any memory, increments with plenty; in memory each with each. */
export function rocksdbContract(driver: DiskUnderTest['driver']): void {
  cleanUpAfterEach()
  const tiny = { driver, cacheBytes: TINY_BYTES }
  const kinds = [diskUnderTest(tiny), incrementalOf({ driver })]
  for (const kind of kinds) {
    keyedStateBackendContract(kind)
    namespacesContract(kind)
    priorityQueueContract(kind)
    timersOfKeysContract(kind)
    stateKindsContract(kind)
    stateQueriesContract(kind)
  }
  // Hundreds of stores, each a directory of files with a driver: in memory alone.
  if (driver === 'memory') rescalingContract(diskUnderTest(tiny))
  for (const disk of [{ driver }, tiny]) {
    keyedStateBackendProperties(diskUnderTest(disk))
    stateSafetyContract(diskUnderTest(disk))
  }
}
