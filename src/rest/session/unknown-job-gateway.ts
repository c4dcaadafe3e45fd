import { FlinkError } from '../../core/errors/flink-error.js'
import type { JobsGateway } from '../jobs-gateway.js'

/** Of a job that nobody knows: JOB_NOT_FOUND, but where Flink does not look. Its many fields are methods that refuse. */
export class UnknownJobGateway implements JobsGateway {
  readonly #jobId: string

  constructor(jobId: string) {
    this.#jobId = jobId
  }

  /** It has none. */
  async metrics(): Promise<undefined> {
    return undefined
  }

  async clientHeartbeat(): Promise<void> {}

  checkSavepointDirectory(): void {
    this.#refuse()
  }

  overview = async (): Promise<never> => this.#refuse()
  status = async (): Promise<never> => this.#refuse()
  startOf = async (): Promise<never> => this.#refuse()
  details = async (): Promise<never> => this.#refuse()
  plan = async (): Promise<never> => this.#refuse()
  vertex = async (): Promise<never> => this.#refuse()
  stacks = async (): Promise<never> => this.#refuse()
  config = async (): Promise<never> => this.#refuse()
  environment = async (): Promise<never> => this.#refuse()
  exceptions = async (): Promise<never> => this.#refuse()
  checkpoints = async (): Promise<never> => this.#refuse()
  checkpointConfig = async (): Promise<never> => this.#refuse()
  checkpointDetails = async (): Promise<never> => this.#refuse()
  taskCheckpointDetails = async (): Promise<never> => this.#refuse()
  prometheusText = async (): Promise<never> => this.#refuse()
  watermarks = async (): Promise<never> => this.#refuse()
  queryableStates = async (): Promise<never> => this.#refuse()
  queryState = async (): Promise<never> => this.#refuse()
  executionResult = async (): Promise<never> => this.#refuse()
  program = async (): Promise<never> => this.#refuse()
  accumulators = async (): Promise<never> => this.#refuse()
  accumulatingVertex = async (): Promise<never> => this.#refuse()
  vertexAccumulators = async (): Promise<never> => this.#refuse()
  cancel = async (): Promise<never> => this.#refuse()
  grantSlots = async (): Promise<never> => this.#refuse()
  triggerSavepoint = async (): Promise<never> => this.#refuse()
  stopWithSavepoint = async (): Promise<never> => this.#refuse()
  triggerCheckpoint = async (): Promise<never> => this.#refuse()
  disposeSavepoint = async (): Promise<never> => this.#refuse()

  #refuse(): never {
    throw new FlinkError('JOB_NOT_FOUND', { jobId: this.#jobId })
  }
}
