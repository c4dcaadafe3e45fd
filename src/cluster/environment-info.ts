import type { EnvironmentInfo } from '../rest/messages/environment-messages.js'

/** In what this process runs. No variables of its environment: there are secrets among them. */
export function environmentInfo(): EnvironmentInfo {
  const { version, versions, arch, execArgv } = process
  return {
    jvm: { version: `Node.js - ${version} - V8 ${versions.v8}`, arch, options: [...execArgv] },
    classpath: [],
  }
}
