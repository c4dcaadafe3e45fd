/** Sets a variable of the environment of this thread, for a library that can be told something in no other way; what the user set stays. */
export function environmentDefault(name: string, value: string): void {
  process.env[name] ??= value
}
