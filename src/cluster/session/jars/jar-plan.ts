import { mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ConfigurationEntries } from '../../../core/config/configuration.js'
import { removeTree } from '../../../core/fs/remove-tree.js'
import { openPackagedProgram } from '../../../graph/packaged-program.js'
import { jsonPlanOf } from '../../execution-plan-of.js'

/** A program that does not come to its first execute() by then would keep a thread of the session. */
const LONGEST_MAIN_MS = 60_000

export interface PlannedProgram {
  readonly entry: string | undefined
  readonly args: readonly string[]
  readonly configuration: ConfigurationEntries
}

/** The plan of the first job of a program in a file, as the REST API shows plans; its main runs up to there. */
export async function jarPlan(jobFile: string, { entry, args, configuration }: PlannedProgram): Promise<unknown> {
  const unpackDirectory = await mkdtemp(path.join(await realpath(tmpdir()), 'flink-ts-plan-'))
  try {
    const location = { path: jobFile, workingDirectory: path.dirname(jobFile), unpackDirectory }
    const { moduleUrl, archive } = await openPackagedProgram(location)
    return await jsonPlanOf({ moduleUrl, archive, entry, args, configuration }, LONGEST_MAIN_MS)
  } finally {
    await removeTree(unpackDirectory)
  }
}
