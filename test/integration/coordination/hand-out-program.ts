/** The program that task workers run: its first argument is its settings. */
import { requireExecutionContext } from '../../../src/api/environment/execution-context.js'
import { handOutJob } from '../../simulation/hand-out-job.js'
import { FunctionBag } from '../../simulation/job-world.js'
import type { RecordedProgram } from '../../unit/graph/recorded-program.js'
import { handOutWorld, type HandOutSettings } from './hand-out-world.js'

export function handOutProgram(settings: HandOutSettings): RecordedProgram {
  const world = handOutWorld(settings)
  const { handOut } = world.scenario
  if (handOut === undefined) throw new Error('there is nothing to hand out')
  return handOutJob(handOut, new FunctionBag(world), world)
}

export async function main([settings = '{}']: readonly string[]): Promise<void> {
  const { executor, configuration } = requireExecutionContext('the job')
  await executor.submit(handOutProgram(JSON.parse(settings) as HandOutSettings).pipeline(configuration.toMap()))
}
