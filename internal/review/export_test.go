package review

// LinksOf says where the links of an edition lead.
func LinksOf(e *Edition) (all []string) {
	for _, t := range e.targets() {
		all = append(all, t.address)
	}
	return all
}
