import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { Configuration } from '../../../core/config/configuration.js'
import { checkKnownOptions } from '../../../core/config/global-configuration.js'
import { RestOptions } from '../../../core/config/rest-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { causeOf, describeThrown, isError } from '../../../core/errors/thrown-value.js'
import { generateJobId } from '../../../core/ids/job-id.js'
import type { Random } from '../../../core/random/random.js'
import type { Clock } from '../../../core/time/clock.js'
import type { Jar, JarGateway, JarProgram } from '../../../rest/session/jars/jar-gateway.js'
import type { SessionSubmission } from '../../../rest/session/session-gateway.js'
import { jarPlan } from './jar-plan.js'
import type { JarStore } from './jar-store.js'

/** As Flink's, where nobody has set it: a program comes with its packages. */
const MAX_CONTENT_LENGTH = 100 * 1024 * 1024
/** What a client on the same machine sends beside the options of the job: where it stands. */
const WORKING_DIRECTORY = '$internal.client.working-directory'
/** What is of the session, whoever asks. */
const OF_THE_SESSION =
  /^(?:rest\.|security\.|cluster\.|env\.|high-availability|web\.|client\.|execution\.target$|taskmanager\.numberOfTaskSlots$|\$internal\.)/
const MAX_CAUSES = 10

export interface SessionJarsServices {
  readonly store: JarStore
  /** Of the session. */
  readonly configuration: Configuration
  /** What of it jobs get. */
  readonly jobConfiguration: Configuration
  readonly random: Random
  readonly clock: Pick<Clock, 'now'>
  readonly submit: (submission: SessionSubmission) => Promise<string>
  /** Whether the session has a job of that id, and whether that has not ended. */
  readonly isKnown: (jobId: string) => boolean
  readonly isLiving: (jobId: string) => boolean
}

/** Runs what was uploaded as jobs of the session. */
export class SessionJars implements JarGateway {
  readonly #services: SessionJarsServices
  readonly maxContentLength: number
  /** Jobs whose acceptance is awaited. */
  readonly #submitting = new Map<string, Promise<string>>()

  constructor(services: SessionJarsServices) {
    this.#services = services
    this.maxContentLength =
      services.configuration.getOptional(RestOptions.SERVER_MAX_CONTENT_LENGTH) ?? MAX_CONTENT_LENGTH
  }

  list(): Promise<readonly Jar[]> {
    return this.#services.store.list()
  }

  async receive(name: string, content: Readable): Promise<string> {
    await this.#removeEnded()
    return this.#services.store.receive(name, content)
  }

  remove(id: string): Promise<void> {
    return this.#services.store.remove(id)
  }

  async plan(id: string, program: JarProgram): Promise<unknown> {
    const jobFile = await this.#services.store.find(id)
    const configuration = this.#services.jobConfiguration.clone().addAll(ownConfigurationOf(program))
    try {
      return await jarPlan(jobFile, { ...program, configuration: configuration.toEntries() })
    } catch (error) {
      throw runFailed(error)
    }
  }

  /** Whoever asks again, for want of an answer, is given the same job. */
  async run(id: string, program: JarProgram): Promise<string> {
    const { random, isKnown } = this.#services
    const jobId = program.jobId ?? generateJobId(random)
    const awaited = this.#submitting.get(jobId)
    if (awaited !== undefined) return awaited
    if (isKnown(jobId)) return jobId
    const submitting = this.#submit(id, jobId, program)
    this.#submitting.set(jobId, submitting)
    try {
      return await submitting
    } finally {
      this.#submitting.delete(jobId)
    }
  }

  async #submit(id: string, jobId: string, { entry, args, ...program }: JarProgram): Promise<string> {
    const { store, submit } = this.#services
    const configuration = ownConfigurationOf(program).toEntries()
    const jobFile = await store.keepFor(jobId, id)
    try {
      const workingDirectory = await directoryOf(program.configuration[WORKING_DIRECTORY])
      return await submit({ jobFile, entry, args, configuration, jobId, workingDirectory })
    } catch (error) {
      await store.giveUp(jobId)
      throw runFailed(error)
    }
  }

  #removeEnded(): Promise<void> {
    const { store, clock, isLiving } = this.#services
    return store.removeEnded((jobId) => this.#submitting.has(jobId) || isLiving(jobId), clock.now())
  }
}

/** CONFIG_VALUE_INVALID */
function ownConfigurationOf({ configuration }: Pick<JarProgram, 'configuration'>): Configuration {
  const own = new Configuration()
  for (const [key, value] of Object.entries(configuration)) {
    if (!OF_THE_SESSION.test(key)) own.setString(key, value, 'the request to run the program')
  }
  checkKnownOptions(own)
  return own
}

/** Where the client stands, if that is a directory here as well. */
async function directoryOf(named: string | undefined): Promise<string | undefined> {
  if (named === undefined || !path.isAbsolute(named)) return undefined
  try {
    return (await stat(named)).isDirectory() ? named : undefined
  } catch {
    // The client stands on another machine, or where the session may not look.
    return undefined
  }
}

/** What the session itself refuses it says in its own words; every other error is of the program. */
function runFailed(error: unknown): unknown {
  if (FlinkError.is(error, 'PROGRAM_WITHOUT_JOB') || FlinkError.is(error, 'SESSION_ENDS')) return error
  return new FlinkError('JAR_RUN_FAILED', { reason: chainOf(error) }, { cause: error })
}

function chainOf(error: unknown): string {
  const links: string[] = []
  for (let cause = error; cause !== undefined && links.length < MAX_CAUSES;) {
    links.push(FlinkError.is(cause) ? `${cause.name} [${cause.code}]: ${cause.message}` : describeThrown(cause))
    cause = isError(cause) ? causeOf(cause) : undefined
  }
  return links.join('\nCaused by: ')
}
