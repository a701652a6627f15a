package datarequest_test

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"bode.example/internal/datarequest"
)

var datarequestConfig = datarequest.Config{}

// schemaOf is the schema of packages; it keeps to that of schemas itself, and formats count.
func schemaOf(t testing.TB, d *desk) *jsonschema.Schema {
	t.Helper()
	text, err := jsonschema.UnmarshalJSON(bytes.NewReader(d.Schema()))
	check(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	check(t, c.AddResource("dossier.schema.json", text))
	schema, err := c.Compile("dossier.schema.json")
	check(t, err)
	return schema
}

// validate checks JSON against a schema.
func validate(t testing.TB, schema *jsonschema.Schema, data []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	check(t, err)
	return schema.Validate(v)
}
