/** Thrown by a TypeSerializer that reads an instance of a class it was not told of; callers name the state. */
export class ClassNotRegisteredError extends Error {
  override readonly name: string = 'ClassNotRegisteredError'
  readonly className: string

  constructor(className: string) {
    const how = `env.getConfig().registerType(${className})`
    super(`an instance of ${className} was written, but no class of that name is registered: call ${how}`)
    this.className = className
  }
}
