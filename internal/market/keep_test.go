package market

import (
	"reflect"
	"slices"
	"testing"
)

// Of all the texts that a listing can hold, WithoutText leaves these.
func TestWithoutText(t *testing.T) {
	var l Listing
	fill(reflect.ValueOf(&l).Elem())
	got := texts(reflect.ValueOf(l.WithoutText()), "")
	want := []string{
		"AlsoOn.ID", "AlsoOn.Source", "AlsoOn.URL", "Apply.Basis", "Apply.Countries", "Apply.Where", "Category", "Company",
		"English.Basis", "English.Guess", "English.Value", "ExternalID", "Group", "ID", "Keys.Link", "Keys.Text", "Keys.Title", "Lang",
		"Level.Basis", "Level.Guess", "Level.Value", "Pay.Currency", "Pay.Kind", "Skills", "Source", "Spoken.Basis", "Spoken.Guess", "Spoken.Value", "Title", "Tongues.Lang", "URL", "Warnings.Kind",
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
	if len(l.Level.Evidence) == 0 || l.Warnings[0].Evidence.Quote == "" {
		t.Error("the listing itself was changed")
	}
}

// fill puts a text into every text, and one element into every list.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("words")
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	}
}

// texts are the paths of the texts that are not empty.
func texts(v reflect.Value, path string) (out []string) {
	switch v.Kind() {
	case reflect.String:
		if v.Len() > 0 {
			return []string{path}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return texts(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			out = append(out, texts(v.Index(i), path)...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if path != "" {
				name = path + "." + name
			}
			if v.Type().Field(i).IsExported() {
				out = append(out, texts(v.Field(i), name)...)
			}
		}
	}
	return out
}
