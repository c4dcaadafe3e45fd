// Duty: an operator that is one stage of its chain: what it does with a record is generated together with the stages
// after it.
// Invariants: `stageRun` begins with this operator's stage and ends where the next operator is no stage. The function is generated
// with the first record: only the first operator of a run ever gets one, and a run is as long as the program likes (1000 maps
// took 10 s when each of them generated all that follows it).
// Thread: the task worker that owns the operator.
import type { KeySpec } from '../../../api/dag/key-spec.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { asyncNotAllowed } from '../state/thenable.js'
import type { RecordStage, StageRun } from './stage-run.js'
import { fuseStages, type ProcessElement } from './fused-stages-generator.js'
import type { OperatorContext } from './stream-operator.js'
import { OneInputUdfOperator } from './one-input-udf-operator.js'

/** The one function of a stage, and how it is called with a record. */
export type StageFunction = Pick<RecordStage, 'kind' | 'function' | 'method'>

export class SingleStageOperator extends OneInputUdfOperator {
  readonly stageRun: StageRun

  constructor(binding: OperatorBinding, context: OperatorContext, stage: StageFunction) {
    super(binding, context)
    const { stageRun: next } = context.output
    this.stageRun = { stage: this.#stage(stage, binding.keys[0]), next, tail: next?.tail ?? context.output }
  }

  /** Gives way to the generated function, a property of the same name. */
  processElement(value: unknown, timestamp: number, keyHash: number): void {
    const fused: ProcessElement = fuseStages(this.stageRun)
    this.processElement = fused
    fused(value, timestamp, keyHash)
  }

  #stage(stage: StageFunction, key: KeySpec | undefined): RecordStage {
    const backend = this.keyedBackend
    return {
      ...stage,
      copier: undefined,
      keyed: key === undefined || backend === undefined ? undefined : { key, backend },
      failed: (error) => this.failed(error),
      refused: (promise) => asyncNotAllowed(promise, this.name, stage.method, stage.function),
    }
  }
}
