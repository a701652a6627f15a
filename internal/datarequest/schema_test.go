package datarequest_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"bode.example/internal/datarequest"
)

var datarequestConfig = datarequest.Config{}

// validate checks a value against the part of JSON Schema 2020-12 that dossier.schema.json uses, and refuses any
// other keyword, so that no rule goes unread.
func validate(root, schema map[string]any, v any, at string) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, at+": "+fmt.Sprintf(format, args...)) }
	for keyword, rule := range schema {
		switch keyword {
		case "$schema", "$id", "$defs", "title", "description", "properties":
		case "$ref":
			faults = append(faults, validate(root, root["$defs"].(map[string]any)[strings.TrimPrefix(rule.(string), "#/$defs/")].(map[string]any), v, at)...)
		case "type":
			if !ofType(rule.(string), v) {
				fault("%v is no %s", v, rule)
			}
		case "enum":
			if !slices.ContainsFunc(rule.([]any), func(is any) bool { return reflect.DeepEqual(is, v) }) {
				fault("%v is none of %v", v, rule)
			}
		case "format":
			layout := map[string]string{"date-time": time.RFC3339, "date": time.DateOnly}[rule.(string)]
			if text, ok := v.(string); ok {
				if _, err := time.Parse(layout, text); layout == "" || err != nil {
					fault("%q is no %s", text, rule)
				}
			}
		case "items":
			list, _ := v.([]any)
			for n, item := range list {
				faults = append(faults, validate(root, rule.(map[string]any), item, fmt.Sprintf("%s/%d", at, n))...)
			}
		case "required":
			object, _ := v.(map[string]any)
			for _, name := range rule.([]any) {
				if _, there := object[name.(string)]; !there {
					fault("%s is missing", name)
				}
			}
		case "anyOf":
			if !slices.ContainsFunc(rule.([]any), func(one any) bool { return len(validate(root, one.(map[string]any), v, at)) == 0 }) {
				fault("%v fits none", v)
			}
		case "additionalProperties":
			faults = append(faults, properties(root, schema, v, at)...)
		default:
			fault("the keyword %s is not understood", keyword)
		}
	}
	return faults
}

// properties checks those that are described, and refuses others.
func properties(root, schema map[string]any, v any, at string) (faults []string) {
	described := schema["properties"].(map[string]any)
	object, _ := v.(map[string]any)
	for name, value := range object {
		rule, ok := described[name].(map[string]any)
		if !ok {
			faults = append(faults, at+"/"+name+": is not described")
			continue
		}
		faults = append(faults, validate(root, rule, value, at+"/"+name)...)
	}
	return faults
}

func ofType(name string, v any) bool {
	switch v := v.(type) {
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case float64:
		return name == "integer" && v == float64(int64(v))
	case nil:
		return name == "null"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}
