import type { InMemoryFileSystem } from '../../src/core/fs/in-memory-file-system.js'
import type { FaultInjector } from './fault-injector.js'
import type { Scenario } from './scenario.js'
import type { DiskServices } from './simulated-disk.js'
import type { Simulation } from './simulation.js'
import type { SnapshotInspector } from './snapshot-inspector.js'
import type { TransactionalStore } from './transactional-store.js'

/** What outlives the runs of a job. */
export interface World {
  readonly simulation: Simulation
  readonly scenario: Scenario
  readonly disk: InMemoryFileSystem
  readonly diskServices: DiskServices
  readonly faults: FaultInjector
  readonly inspector: SnapshotInspector
  readonly store: TransactionalStore
}
