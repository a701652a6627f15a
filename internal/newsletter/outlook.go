package newsletter

import (
	"cmp"
	"slices"
)

// Outlook is what a release would do if it happened now.
type Outlook struct {
	Variants []OutlookVariant // the one of most readers first
	Readers  int64            // who would get a mail
	Without  int64            // who read this schedule, and for whom nothing is left
}

// OutlookVariant is a letter that would be made.
type OutlookVariant struct {
	Key      string
	Language Language
	Layout   Layout
	Readers  int64
	Share    Share
}

// Outlook decides for all combinations of readers, as a release does.
func (r *Release) Outlook() Outlook {
	var out Outlook
	at := map[string]int{}
	for i := range r.Readers {
		c := &r.Readers[i]
		share := r.Share(c)
		if !share.Mail {
			out.Without += c.Readers
			continue
		}
		out.Readers += c.Readers
		key := share.Key(c.Language, c.Layout)
		if n, ok := at[key]; ok {
			out.Variants[n].Readers += c.Readers
			continue
		}
		at[key] = len(out.Variants)
		out.Variants = append(out.Variants, OutlookVariant{key, c.Language, c.Layout, c.Readers, share})
	}
	slices.SortStableFunc(out.Variants, func(a, b OutlookVariant) int {
		return cmp.Or(cmp.Compare(b.Readers, a.Readers), cmp.Compare(len(b.Share.Posts), len(a.Share.Posts)), cmp.Compare(b.Language, a.Language), cmp.Compare(b.Layout, a.Layout))
	})
	return out
}
