package mailer_test

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// The library shows no type of another module in its API, and none of the application it came from: who uses
// it is bound to it and to the standard library alone.
func TestTheAPIShowsNoForeignType(t *testing.T) {
	load := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, path := range []string{"bode.example/mailer", "bode.example/mailer/mailertest"} {
		pkg, err := load.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		v := &visitor{seen: map[types.Type]bool{}}
		exported := 0
		for _, name := range pkg.Scope().Names() {
			if o := pkg.Scope().Lookup(name); o.Exported() {
				exported++
				v.object(path+"."+name, o)
			}
		}
		if exported == 0 {
			t.Errorf("%s exports nothing", path)
		}
		for _, fault := range v.faults {
			t.Error(fault)
		}
	}
}

// The walk finds what it looks for, wherever it hides.
func TestForeignTypesAreFound(t *testing.T) {
	foreign := types.NewNamed(types.NewTypeName(token.NoPos, types.NewPackage("example.org/dkim", "dkim"), "Key", nil), types.Typ[types.Int], nil)
	pkg := types.NewPackage("bode.example/mailer", "mailer")
	field := func(name string, of types.Type) *types.Var { return types.NewField(token.NoPos, pkg, name, of, false) }
	for where, of := range map[string]types.Type{
		"field":   types.NewPointer(types.NewStruct([]*types.Var{field("Key", types.NewSlice(foreign))}, nil)),
		"result":  types.NewSignatureType(nil, nil, nil, nil, types.NewTuple(field("", types.NewMap(types.Typ[types.String], foreign))), false),
		"channel": types.NewChan(types.SendRecv, foreign),
	} {
		v := &visitor{seen: map[types.Type]bool{}}
		if v.walk(where, of); len(v.faults) != 1 {
			t.Errorf("%s: %v", where, v.faults)
		}
	}
	hidden := &visitor{seen: map[types.Type]bool{}}
	if hidden.walk("hidden field", types.NewStruct([]*types.Var{field("key", foreign)}, nil)); len(hidden.faults) != 0 {
		t.Errorf("%v", hidden.faults)
	}
}

// visitor goes through everything that an exported name lets a user see.
type visitor struct {
	seen   map[types.Type]bool
	faults []string
}

func (v *visitor) object(where string, o types.Object) {
	if name, ok := o.(*types.TypeName); ok {
		if named, ok := name.Type().(*types.Named); ok {
			v.named(where, named)
			return
		}
	}
	v.walk(where, o.Type())
}

// named looks at a type of the library itself: what it is made of, and its methods.
func (v *visitor) named(where string, n *types.Named) {
	if v.seen[n] {
		return
	}
	v.seen[n] = true
	v.walk(where, n.Underlying())
	for m := range n.Methods() {
		if m.Exported() {
			v.walk(where+"."+m.Name(), m.Type())
		}
	}
}

func (v *visitor) walk(where string, of types.Type) {
	switch of := of.(type) {
	case *types.Alias:
		v.walk(where, types.Unalias(of))
	case *types.Named:
		v.foreign(where, of)
	case *types.Pointer:
		v.walk(where, of.Elem())
	case *types.Slice:
		v.walk(where, of.Elem())
	case *types.Array:
		v.walk(where, of.Elem())
	case *types.Chan:
		v.walk(where, of.Elem())
	case *types.Map:
		v.walk(where, of.Key())
		v.walk(where, of.Elem())
	case *types.Tuple:
		for one := range of.Variables() {
			v.walk(where, one.Type())
		}
	case *types.Signature:
		v.walk(where, of.Params())
		v.walk(where, of.Results())
	case *types.Struct:
		for field := range of.Fields() {
			if field.Exported() || field.Embedded() {
				v.walk(where+"."+field.Name(), field.Type())
			}
		}
	case *types.Interface:
		for m := range of.Methods() {
			if m.Exported() {
				v.walk(where+"."+m.Name(), m.Type())
			}
		}
	case *types.TypeParam:
		v.walk(where, of.Constraint())
	}
}

// foreign judges a type that has a name: the standard library's pass, the library's own are looked into,
// and all others are faults.
func (v *visitor) foreign(where string, n *types.Named) {
	pkg := n.Obj().Pkg()
	switch {
	case pkg == nil: // error, comparable
	case pkg.Path() == "bode.example/mailer" || strings.HasPrefix(pkg.Path(), "bode.example/mailer/"):
		if !n.Obj().Exported() {
			v.named(where, n) // its fields and methods can be reached all the same
		}
	case strings.Contains(strings.SplitN(pkg.Path(), "/", 2)[0], "."):
		v.faults = append(v.faults, fmt.Sprintf("%s shows %s: a type of another module", where, n))
	}
	for argument := range n.TypeArgs().Types() {
		v.walk(where, argument)
	}
}
