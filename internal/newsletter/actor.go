package newsletter

// ActorKind says in what quality somebody acts.
type ActorKind string

// The kinds of actor.
const (
	BySystem      ActorKind = "system"       // a worker of Bode
	BySubscriber  ActorKind = "subscriber"   // the person, through a link that only they got
	ByStaff       ActorKind = "staff"        // somebody signed in at a desk
	ByCommandLine ActorKind = "command_line" // an operator at the machine
)

// Actor is who makes a change. Every method of the store that changes something takes one, but for
// those that only the workers of the pipeline call, whose actor is always the system
// (docs/decisions/0011). What staff and operators do is audited under it, in the same transaction.
type Actor struct {
	Kind ActorKind
	// ID names the actor among its kind: the worker's part ("digest"), the subscriber's public id,
	// the staff member's id, the operator's account on the machine.
	ID string
}

// System is the actor of one of Bode's own workers.
func System(part string) Actor { return Actor{BySystem, part} }

// Person is the actor of a subscriber.
func Person(id PublicID) Actor { return Actor{BySubscriber, id.String()} }

// Operator is the actor of a command.
func Operator(account string) Actor { return Actor{ByCommandLine, account} }

// Audited reports whether what the actor does goes into the audit log: all that staff and
// operators do. Systems and subscribers leave their traces in the rows themselves.
func (a Actor) Audited() bool { return a.Kind == ByStaff || a.Kind == ByCommandLine }
