import type { CommittableMessage } from '../../../../api/connector/sink2/committable-message.js'
import type { DataStream } from '../../../../api/datastream/data-stream.js'
import { recoverableWriterFor } from '../../../../core/fs/recoverable-writer-for.js'
import type { FileSinkCommittable } from '../file-sink-committable.js'
import type { Compaction, FileSinkParts } from '../file-sink-parts.js'
import { CompactCoordinator } from './compact-coordinator.js'
import { CompactService } from './compact-service.js'
import { CompactorOperator, type CompactServiceFactory } from './compactor-operator.js'

/** Flink's names, which are uids as well. */
const COORDINATOR = 'CompactorCoordinator'
const COMPACTOR = 'CompactorOperator'

type Committables = DataStream<CommittableMessage<FileSinkCommittable>>

/** One coordinator between the writers and as many compactors as there are committers, each beside its committer. */
export function compactingTopology<IN>(
  parts: FileSinkParts<IN> & { readonly compaction: Compaction<IN> },
): (committables: Committables) => Committables {
  const { compaction, createPartWriter, path } = parts
  const isEnabled = compaction !== 'disabled'
  const createService: CompactServiceFactory<IN> = (fileSystems, now, isRestored) => {
    const { fileSystem } = fileSystems.forUri(path)
    if (!isEnabled && fileSystem.isObjectStore !== true) return undefined
    const files = recoverableWriterFor(fileSystems, path)
    const { compactor, numCompactThreads } = isEnabled
      ? { compactor: compaction.compactor, numCompactThreads: compaction.strategy.getNumCompactThreads() }
      : { compactor: undefined, numCompactThreads: 1 }
    return new CompactService({ compactor, files, fileSystem, createPartWriter, numCompactThreads, now, isRestored })
  }
  return (committables) =>
    committables
      .transform(COORDINATOR, undefined, new CompactCoordinator(isEnabled ? compaction.strategy : undefined))
      .forceNonParallel()
      .uid(COORDINATOR)
      .rebalance()
      .transform<CommittableMessage<FileSinkCommittable>>(COMPACTOR, undefined, new CompactorOperator(createService))
      .uid(COMPACTOR)
}
