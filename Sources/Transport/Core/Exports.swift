// What a message says is the same over every transport: whoever knows this module knows that, too.

@_exported public import TransportMessages
