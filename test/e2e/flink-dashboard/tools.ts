/** Where the browser and the dashboard's files are on this machine; what is missing is said, and how to get it. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'

export const FLINK_VERSION = '1.20.3'
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const ARTIFACT = `org.apache.flink:flink-runtime-web:${FLINK_VERSION}`

/** A browser that is installed: FLINK_TS_BROWSER, or one of the usual names on PATH. */
export function findBrowser(): string | undefined {
  const named = process.env['FLINK_TS_BROWSER']
  if (named !== undefined) return named
  const directories = (process.env['PATH'] ?? '').split(path.delimiter)
  return BROWSERS.flatMap((name) => directories.map((directory) => path.join(directory, name))).find((file) =>
    existsSync(file),
  )
}

/**
 * The directory `web` of Flink's dashboard, unpacked below `target`: out of a distribution (FLINK_HOME), else out of the jar of
 * flink-runtime-web, which Maven fetches. Undefined where there is neither.
 */
export function unpackDashboard(target: string): string | undefined {
  const web = path.join(target, 'web')
  if (existsSync(path.join(web, 'index.html'))) return web
  mkdirSync(target, { recursive: true })
  const jar = distributionJar() ?? fetchedJar(target)
  if (jar === undefined) return undefined
  execFileSync('unzip', ['-qo', jar, 'web/*', '-d', target], { stdio: 'inherit' })
  return web
}

function distributionJar(): string | undefined {
  const home = process.env['FLINK_HOME']
  if (home === undefined) return undefined
  const lib = path.join(home, 'lib')
  const name = existsSync(lib) ? readdirSync(lib).find((file) => /^flink-dist-.*\.jar$/.test(file)) : undefined
  return name === undefined ? undefined : path.join(lib, name)
}

function fetchedJar(target: string): string | undefined {
  const copy = ['-q', '-B', 'dependency:copy', `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${target}`]
  try {
    execFileSync('mvn', copy, { stdio: 'inherit' })
    return path.join(target, `flink-runtime-web-${FLINK_VERSION}.jar`)
  } catch {
    return undefined
  }
}
