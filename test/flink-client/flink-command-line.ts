/** Flink's own command line client, with a configuration that knows where our REST is. */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import type { CommandResult } from '../e2e/command-line.js'

/** Longer than any of its commands takes that does not ask again: those that do are at it for a minute. */
const TIMEOUT_MS = 100_000
/** A JVM for a few seconds: what it compiles need not be fast. */
const JVM_ARGUMENTS = '-XX:TieredStopAtLevel=1'

export class FlinkCommandLine {
  readonly #home: string
  readonly #directory: string
  readonly #environment: NodeJS.ProcessEnv

  /** `directory`: for its configuration and its log; is made. */
  constructor(options: {
    readonly home: string
    readonly directory: string
    readonly port: string
    readonly headers?: string
  }) {
    this.#home = options.home
    this.#directory = options.directory
    const configuration = path.join(options.directory, 'conf')
    mkdirSync(path.join(options.directory, 'log'), { recursive: true })
    cpSync(path.join(options.home, 'conf'), configuration, { recursive: true })
    const file = path.join(configuration, 'config.yaml')
    const settings = parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    writeFileSync(file, stringify({ ...settings, rest: { address: '127.0.0.1', port: Number(options.port) } }))
    this.#environment = {
      ...process.env,
      FLINK_HOME: options.home,
      FLINK_CONF_DIR: configuration,
      FLINK_LOG_DIR: path.join(options.directory, 'log'),
      JVM_ARGS: JVM_ARGUMENTS,
      // Of every request, `<name>:<value>`; a blank after the colon would be a part of the value, and refused.
      ...(options.headers !== undefined && { FLINK_REST_CLIENT_HEADERS: options.headers }),
    }
  }

  run(...args: string[]): Promise<CommandResult> {
    const child = spawn(path.join(this.#home, 'bin/flink'), args, {
      cwd: this.#directory,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    })
    const printed = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text))
    return new Promise((resolve, reject) => {
      child.on('error', reject).on('close', (exitCode) => {
        resolve({ exitCode, ...printed })
      })
    })
  }

  /** A program of Java against Flink's own classes; what it prints. */
  java(source: string, ...args: string[]): string {
    const classes = this.#compile(source)
    const classPath = [classes, path.join(this.#home, 'lib/*')].join(path.delimiter)
    return done('java', '-cp', classPath, path.basename(source, '.java'), ...args)
  }

  /** A JAR whose main class that is. */
  jar(source: string): string {
    const classes = this.#compile(source)
    const file = path.join(this.#directory, 'java-job.jar')
    done('jar', '--create', '--file', file, '--main-class', path.basename(source, '.java'), '-C', classes, '.')
    return file
  }

  /** Folder of its classes. */
  #compile(source: string): string {
    const classes = path.join(this.#directory, path.basename(source, '.java'))
    done('javac', '-cp', path.join(this.#home, 'lib/*'), '-d', classes, source)
    return classes
  }
}

function done(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
  return stdout
}
