// Duty: an operator that is one stage of its chain: what it does with a record is generated together with the stages
// behind it.
// Invariants: `run` begins with this operator's stage and ends where the next operator is no stage.
// Thread: the task worker that owns the operator.
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { asyncNotAllowed } from '../state/thenable.js'
import type { ChainStage, StageOperator, StageRun } from './chain-stage.js'
import { fuseStages, type ProcessElement } from './fused-stages-generator.js'
import type { OneInputStreamOperator, OperatorContext } from './stream-operator.js'
import { UdfStreamOperator } from './udf-stream-operator.js'

/** The one function of a stage, and how it is called with a record. */
export type StageFunction = Pick<ChainStage, 'kind' | 'function' | 'method'>

export class SingleStageOperator extends UdfStreamOperator implements OneInputStreamOperator, StageOperator {
  readonly run: StageRun
  readonly processElement: ProcessElement

  constructor(binding: OperatorBinding, context: OperatorContext, stage: StageFunction) {
    super(binding, context)
    this.run = runFrom(this.#stage(stage, binding), context)
    this.processElement = fuseStages(this.run)
  }

  #stage(stage: StageFunction, { key }: OperatorBinding): ChainStage {
    const backend = this.keyedBackend
    return {
      ...stage,
      keyed: key === undefined || backend === undefined ? undefined : { key, backend },
      failed: (error) => this.failed(error),
      refused: (promise) => asyncNotAllowed(promise, this.name, stage.method),
    }
  }
}

function runFrom(stage: ChainStage, { output }: OperatorContext): StageRun {
  const next = output.stageRun
  return next === undefined ? { stages: [stage], tail: output } : { stages: [stage, ...next.stages], tail: next.tail }
}
