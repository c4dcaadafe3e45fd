/** To a process that may have ended meanwhile. */
export function signalProcess(pid: number, signal: 'SIGINT' | 'SIGTERM'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has.
  }
}
