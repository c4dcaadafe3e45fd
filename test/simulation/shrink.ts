/** A smaller scenario that fails too: fewer kinds of faults, fewer shapes, fewer records. */
import { FAULT_KINDS } from './fault-injector.js'
import type { Scenario } from './scenario.js'
import { simulateJob, type SimulationOptions } from './simulate-job.js'

type Change = { readonly what: string; readonly change: (scenario: Scenario) => Scenario }

const FEWEST_RECORDS = 50

/** One change after the other; what makes the failure go away is taken back. */
export async function shrunk(seed: number, options: SimulationOptions): Promise<string> {
  const kept: Change[] = []
  for (const change of changes()) {
    if (await fails(seed, options, [...kept, change])) kept.push(change)
  }
  const names = kept.map(({ what }) => what)
  return names.length === 0 ? 'nothing of it can be left out' : `it fails as well ${names.join(', ')}`
}

function changes(): Change[] {
  return [
    ...FAULT_KINDS.map((kind) => ({
      what: `without ${kind}`,
      change: (scenario: Scenario) => ({ ...scenario, faults: { ...scenario.faults, [kind]: 0 } }),
    })),
    { what: 'on the heap', change: (scenario) => ({ ...scenario, stateBackend: 'hashmap' }) },
    { what: 'without shapes', change: (scenario) => ({ ...scenario, shapes: [] }) },
    {
      what: 'with less records',
      change: (scenario) => ({ ...scenario, records: Math.max(FEWEST_RECORDS, scenario.records >> 2) }),
    },
    { what: 'with a sink that never waits', change: (scenario) => ({ ...scenario, sinkWaitsOneIn: 0 }) },
    { what: 'without changing records', change: (scenario) => ({ ...scenario, changesRecords: false }) },
  ]
}

async function fails(seed: number, options: SimulationOptions, kept: readonly Change[]): Promise<boolean> {
  const change = (scenario: Scenario): Scenario => kept.reduce((changed, each) => each.change(changed), scenario)
  try {
    await simulateJob(seed, { ...options, change })
    return false
  } catch {
    return true
  }
}
