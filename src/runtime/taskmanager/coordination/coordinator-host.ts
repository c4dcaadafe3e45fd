// Duty: the coordinators that live in this worker, found by the id of their operator.
// Invariants: deployed before the tasks of their attempt, in the place of that of the attempt before; a message for another
// attempt, or for a coordinator that is not here, is dropped. The function objects are those of the slot of the operator's first subtask.
// Thread: the task worker, between steps of its tasks.
import { Configuration } from '../../../core/config/configuration.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import type { CoordinatorDeployment, DeployCoordinators, ToCoordinator } from '../../protocol/operator-events.js'
import { coordinatorProviderOf } from './coordinator-provider.js'
import { HostedCoordinator, type HostedCoordinatorServices } from './hosted-coordinator.js'

export class CoordinatorHost {
  readonly #services: HostedCoordinatorServices
  readonly #coordinators = new Map<string, HostedCoordinator>()

  constructor(services: HostedCoordinatorServices) {
    this.#services = services
  }

  /** `graphs`: the program by slot. */
  deploy({ attempt, coordinators }: DeployCoordinators, graphs: readonly ProgramGraph[]): void {
    for (const deployment of coordinators) {
      const coordinator = this.#make(attempt, deployment, graphs)
      this.#coordinators.set(deployment.operatorId, coordinator)
      coordinator.start()
    }
  }

  handle(message: ToCoordinator): void {
    const coordinator = this.#coordinators.get(message.operatorId)
    if (coordinator?.attempt === message.attempt) coordinator.handle(message)
  }

  notifyCheckpointComplete(checkpointId: number): void {
    for (const coordinator of this.#coordinators.values()) coordinator.notifyCheckpointComplete(checkpointId)
  }

  notifyCheckpointAborted(checkpointId: number): void {
    for (const coordinator of this.#coordinators.values()) coordinator.notifyCheckpointAborted(checkpointId)
  }

  /** Those that run, for errors. */
  get running(): string[] {
    return [...this.#coordinators.values()].flatMap((coordinator) =>
      coordinator.isOpen ? [coordinator.description] : [],
    )
  }

  /** False where none of them runs any more. */
  failAll(error: unknown): boolean {
    return [...this.#coordinators.values()].map((coordinator) => coordinator.fail(error)).includes(true)
  }

  /** Resolves when none of these runs any more. */
  async close(operatorIds: Iterable<string> = this.#coordinators.keys()): Promise<void> {
    const closed = [...operatorIds].map(
      (operatorId) => this.#coordinators.get(operatorId)?.close() ?? Promise.resolve(),
    )
    await Promise.all(closed)
  }

  #make(attempt: number, deployment: CoordinatorDeployment, graphs: readonly ProgramGraph[]): HostedCoordinator {
    const graph = graphs[deployment.slot]
    const binding = graph?.operators.get(deployment.operatorId)
    const provider = binding && graph && coordinatorProviderOf(binding.spec, graph.registeredTypes)
    if (graph === undefined || binding === undefined || provider === undefined) {
      throw new FlinkError('ASSERTION_FAILED', { what: `the program has no coordinator of ${deployment.operatorId}` })
    }
    const { name: operatorName } = binding
    const fileSystems = this.#services.fileSystems.configuredBy(Configuration.fromEntries(graph.jobGraph.configuration))
    return new HostedCoordinator({ ...this.#services, fileSystems, attempt, deployment, operatorName, provider })
  }
}
