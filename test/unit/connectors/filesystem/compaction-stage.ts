/** Coordinator and compactor of a FileSink, as the engine runs them between its writers and committers. */
import assert from 'node:assert/strict'
import type { TypeSerializer } from '../../../../src/core/types/type-serializer.js'
import { structuredSerializer } from '../../../../src/core/types/structured-serializer.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { CommittableSummary, CommittableWithLineage, type CommittableMessage } from '../../../../src/index.js'
import {
  SimpleStringEncoder,
  type FileCompactStrategy,
  type FileSinkCommittable,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import { CompactCoordinator } from '../../../../src/connectors/filesystem/sink/compactor/compact-coordinator.js'
import {
  CompactService,
  type FileCompactor,
} from '../../../../src/connectors/filesystem/sink/compactor/compact-service.js'
import { CompactorOperator } from '../../../../src/connectors/filesystem/sink/compactor/compactor-operator.js'
import { RowWisePartWriter } from '../../../../src/connectors/filesystem/sink/row-wise-part-writer.js'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import { recoverableWriterFor } from '../../../../src/core/fs/recoverable-writer-for.js'
import type { OperatorSubtaskState } from '../../../../src/storage/state-handles.js'
import { OneInputStreamOperatorTestHarness } from '../../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf } from '../../../operators/operator-harness.js'
import { TestOperatorContext } from '../../../operators/test-operator-context.js'

export interface CompactionSnapshot {
  readonly coordinator: OperatorSubtaskState | undefined
  readonly compactor: OperatorSubtaskState | undefined
}

export interface CompactionStageOptions {
  readonly strategy: FileCompactStrategy
  readonly compactor: FileCompactor<string>
}

export class CompactionStage {
  newestSnapshot: CompactionSnapshot | undefined
  readonly #coordinator: OneInputStreamOperatorTestHarness
  readonly #compactor: OneInputStreamOperatorTestHarness

  /** `undefined`: not any more. */
  constructor(fileSystem: FileSystem, options: CompactionStageOptions | undefined) {
    const createService = (
      fileSystems: TestOperatorContext['fileSystems'],
      now: () => number,
      isRestored: boolean,
    ): CompactService<string> | undefined =>
      options === undefined && fileSystem.isObjectStore !== true
        ? undefined
        : new CompactService<string>({
            compactor: options?.compactor,
            fileSystem,
            files: recoverableWriterFor(fileSystems, '/'),
            createPartWriter: (file) => new RowWisePartWriter(file, new SimpleStringEncoder<string>()),
            numCompactThreads: options?.strategy.getNumCompactThreads() ?? 1,
            now,
            isRestored,
          })
    const harnessOf = (own: unknown): OneInputStreamOperatorTestHarness => {
      const context = new TestOperatorContext()
      context.fileSystems.register('file', fileSystem)
      return new OneInputStreamOperatorTestHarness(
        bindingOf({ kind: 'own-one-input', function: own } as never),
        context,
      )
    }
    this.#coordinator = harnessOf(new CompactCoordinator(options?.strategy))
    this.#compactor = harnessOf(new CompactorOperator(createService))
  }

  async open(restore: CompactionSnapshot | undefined, checkpointId: number | undefined): Promise<void> {
    await this.#compactor.open(restore?.compactor, checkpointId)
    await this.#coordinator.open(restore?.coordinator, checkpointId)
  }

  /** The committables of a checkpoint, or of the end, and what comes out with them. */
  async process(
    committables: readonly FileSinkCommittable[],
    checkpointId: number,
    endOfInput: boolean,
  ): Promise<FileSinkCommittable[]> {
    for (const committable of committables) {
      this.#coordinator.processElement(new CommittableWithLineage(committable, checkpointId, 0))
    }
    if (endOfInput) {
      await this.#coordinator.finish()
      this.#move()
      await this.#compactor.finish()
    }
    const coordinator = await this.#coordinator.snapshot(checkpointId)
    this.#move()
    const compactor = await this.#compactor.snapshot(checkpointId)
    this.newestSnapshot = { coordinator, compactor }
    return this.#committables(checkpointId)
  }

  async complete(checkpointId: number): Promise<void> {
    await this.#compactor.operator.notifyCheckpointComplete(checkpointId)
  }

  async close(): Promise<void> {
    await this.#coordinator.close()
    await this.#compactor.close()
  }

  #move(): void {
    for (const element of this.#coordinator.context.output.take()) {
      assert.ok(element.kind === 'record')
      // Through a channel.
      this.#compactor.processElement(copied(element.value, structuredSerializer()))
    }
  }

  /** One summary, then what it says. */
  #committables(checkpointId: number): FileSinkCommittable[] {
    const messages = this.#compactor.context.output.take().map((element) => {
      assert.ok(element.kind === 'record')
      return element.value as CommittableMessage<FileSinkCommittable>
    })
    const [summary, ...others] = messages
    assert.ok(summary instanceof CommittableSummary)
    assert.equal(summary.getNumberOfCommittables(), others.length)
    assert.ok(summary.getCheckpointId() <= checkpointId)
    return others.map((message) => {
      assert.ok(message instanceof CommittableWithLineage)
      return message.getCommittable()
    })
  }
}

function copied(value: unknown, serializer: TypeSerializer<unknown>): unknown {
  const output = new DataOutputView()
  serializer.serialize(value, output)
  return serializer.deserialize(new DataInputView(output.toBytes()))
}
