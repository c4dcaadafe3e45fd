// Duty: samples the stacks of this thread for a while, when somebody wants to see what its tasks do.
// Invariants: one sampling at a time, another one is not begun; it costs nothing before and after. While it runs the steps of tasks
// are called by functions of their own (task-mark-generator.ts), by which stacks are told apart: tasks share the thread.
// Thread: the task worker.
import type { Session as InspectorSession } from 'node:inspector'
import type { Logger } from '../../../core/logging/logger.js'
import type { Clock } from '../../../core/time/clock.js'
import type { SampleStacks, StacksSampled } from '../../protocol/stack-samples.js'
import { stackTreesOf, type Profile } from './stack-tree.js'
import { generateMark, markName } from './task-mark-generator.js'
import type { SteppedTask, TaskLoop } from './task-loop.js'

const MICROSECONDS = 1000

export interface StackSamplerServices {
  readonly clock: Clock
  readonly logger: Logger
  readonly loop: Pick<TaskLoop, 'mark' | 'unmark'>
  readonly send: (message: StacksSampled) => void
}

export class StackSampler {
  readonly #services: StackSamplerServices
  #isSampling = false

  constructor(services: StackSamplerServices) {
    this.#services = services
  }

  /** `tasks`: all of the thread, by execution. Whoever asks is not answered where another sampling is under way, or V8 does not sample. */
  async sample(request: SampleStacks, tasks: ReadonlyMap<string, SteppedTask>): Promise<void> {
    if (this.#isSampling) return
    this.#isSampling = true
    const names = this.#mark(tasks)
    try {
      const profile = await this.#profile(request)
      const marks = new Set(names.values())
      const stacks = request.executionIds.flatMap((executionId) => {
        const mark = names.get(executionId)
        return mark === undefined
          ? []
          : { executionId, ...stackTreesOf(profile, { mark, marks, depth: request.depth }) }
      })
      this.#services.send({ type: 'stacks-sampled', samplingId: request.samplingId, tasks: stacks })
    } catch (error) {
      this.#services.logger.warn('the stacks of a worker could not be sampled', { reason: String(error) })
    } finally {
      this.#services.loop.unmark()
      this.#isSampling = false
    }
  }

  /** The names of the marks by execution. */
  #mark(tasks: ReadonlyMap<string, SteppedTask>): ReadonlyMap<string, string> {
    const names = new Map<string, string>()
    const marks = new Map(
      [...tasks].map(([executionId, task], number) => {
        names.set(executionId, markName(number))
        return [task, generateMark(number)]
      }),
    )
    this.#services.loop.mark(marks)
    return names
  }

  async #profile({ samples, intervalMs }: SampleStacks): Promise<Profile> {
    const { Session } = await import('node:inspector')
    const session = new Session()
    session.connect()
    try {
      session.post('Profiler.enable')
      session.post('Profiler.setSamplingInterval', { interval: Math.round(intervalMs * MICROSECONDS) })
      session.post('Profiler.start')
      await new Promise<void>((resolve) => {
        this.#services.clock.setTimer(samples * intervalMs, resolve)
      })
      return await stopped(session)
    } finally {
      session.disconnect()
    }
  }
}

function stopped(session: InspectorSession): Promise<Profile> {
  return new Promise((resolve, reject) => {
    session.post('Profiler.stop', (error, { profile }) => {
      if (error === null) resolve(profile)
      else reject(error)
    })
  })
}
