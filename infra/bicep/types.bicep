// The shapes of what a deployment is told.
metadata description = 'The types of the parameters of main.bicep.'

@export()
@description('How large an app is, and how many instances of it there may be.')
type Size = {
  @description('The memory of an instance, in MB.')
  memory: 512 | 2048 | 4096

  @description('The most instances that run at once.')
  @minValue(1)
  @maxValue(1000)
  instances: int

  @description('Instances that are kept warm, and paid for, while nothing happens.')
  @minValue(0)
  @maxValue(100)
  alwaysReady: int
}

@export()
@description('An event that a plugin may listen to, or all of a kind.')
type Event = 'command.finished' | 'resource.created' | 'resource.updated' | 'resource.replaced' | 'resource.deleted' | 'resource.failed' | 'drift.changed' | 'drift.deleted' | 'command.*' | 'resource.*' | 'drift.*' | '*'

@export()
@description('A plugin that listens.')
type Listener = {
  @description('Its name, which its subscription has too.')
  name: string

  @description('The events that it listens to.')
  events: Event[]
}

@export()
@description('A plugin: an app of its own, with a queue of its own.')
type Plugin = {
  @description('The name of its service in azure.yaml and of its queue: lower-case letters and digits, as in its plugin.json.')
  @minLength(2)
  @maxLength(20)
  name: string

  @description('The namespace of the resource types that it serves. Only for people who look at the app: a tag.')
  namespace: string

  @description('The version that is deployed. Only for people who look at the app: a tag.')
  version: string

  @description('How large it is.')
  size: Size

  @description('The configuration that its handlers take, a JSON object; no secrets. Left out: an empty one.')
  config: object?

  @description('The events that it listens to, as in its plugin.json. Left out: none.')
  events: Event[]?

  @description('Further app settings, by their names. Left out: none.')
  settings: { *: string }?
}
