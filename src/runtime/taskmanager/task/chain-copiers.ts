// Duty: which copies a chain makes of its records.
// Invariants: a chained operator is given a copy, unless references are handed on (`pipeline.object-reuse`) or nobody else has the
// object (`sole-records.ts`). The head is given what a channel delivered, which is its own already. A record that waits inside of
// an operator is its own, too: one that a source has collected, or an asynchronous function is asked about, is copied in any
// case: the function goes on with the object.
// Thread: the task's worker.
import { chainedCopier } from '../../../api/types/record-copiers.js'
import type { Copier } from '../../../core/types/copier.js'
import type { JobVertex } from '../../../graph/job-graph.js'
import type { OperatorBinding, ProgramGraph } from '../../../graph/program-graph.js'
import { ExplainingCopier } from '../network/explaining-copier.js'
import type { HeldCopiers } from '../operators/guarded-input.js'
import { SoleRecords, type SoleRecordsInput } from './sole-records.js'

export interface ChainCopiersInput {
  readonly vertex: JobVertex
  readonly program: SoleRecordsInput & Pick<ProgramGraph, 'registeredTypes'>
  readonly isObjectReuseEnabled: boolean
}

/** For records that nobody else has. */
const NO_COPIES: Copier = { copy: (value) => value }

export class ChainCopiers {
  readonly #input: ChainCopiersInput
  readonly #soleRecords: SoleRecords

  constructor(input: ChainCopiersInput) {
    this.#input = input
    this.#soleRecords = new SoleRecords(input.program)
  }

  /** For what the operator at this place of the chain is given; undefined where it is given the object itself. */
  before(position: number): Copier | undefined {
    // On its way back in a loop a record is copied in any case.
    const isCopiedThere = this.#input.vertex.operators[position]?.kind === 'iteration-tail'
    if (this.#input.isObjectReuseEnabled || isCopiedThere) return undefined
    return this.#soleRecords.isGivenAlone(this.#input.vertex, position) ? undefined : this.#ofInput(position)
  }

  /** For what waits inside of the operator at this place. */
  forWaiting(position: number, { name, outputType, spec }: OperatorBinding): Copier {
    const { program, isObjectReuseEnabled } = this.#input
    if (spec.kind === 'source-function') {
      return new ExplainingCopier(chainedCopier(outputType, program.registeredTypes), name)
    }
    // The function may change the object before the result is there, and is asked again with what it was.
    if (spec.kind === 'async-wait') return this.#ofInput(position)
    return isObjectReuseEnabled && position > 0 ? this.#ofInput(position) : NO_COPIES
  }

  /** For what an operator with a policy for bad records holds until it is done with the record. */
  forHeld({ name, outputType }: OperatorBinding): HeldCopiers | undefined {
    if (this.#input.isObjectReuseEnabled) return undefined
    const { registeredTypes } = this.#input.program
    const any = chainedCopier(undefined, registeredTypes)
    return {
      main: new ExplainingCopier(chainedCopier(outputType, registeredTypes), name),
      copySideOutput: (value) => {
        try {
          return any.copy(value)
        } catch {
          // Of a type that only its reader knows, who copies it, or says why that cannot be.
          return value
        }
      },
    }
  }

  #ofInput(position: number): Copier {
    const { vertex, program } = this.#input
    const reader = vertex.operators[position]
    const emitter = vertex.operators[reader?.input ?? -1]
    const copier = chainedCopier(program.inputTypes.get(reader?.id ?? ''), program.registeredTypes)
    return new ExplainingCopier(copier, emitter?.name ?? vertex.name)
  }
}
